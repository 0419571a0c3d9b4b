using System.Text;
using System.Text.Json;
using Longshore.Tasks;

namespace Longshore.Tests.Tasks;

public sealed class JsonTextTests
{
    [Theory]
    [InlineData("{\"a\":[1,2.5e3,true,null,\"ä\\u00e4\"]}")]
    [InlineData("  7 ")]
    [InlineData("\"\"")]
    [InlineData("null")]
    public void Parse_keeps_a_document_byte_for_byte(string json)
    {
        var text = JsonText.Parse(json);

        text.ToString().ShouldBe(json);
        text.IsNone.ShouldBeFalse();
        text.ShouldBe(JsonText.Parse(Encoding.UTF8.GetBytes(json)));
        text.GetHashCode().ShouldBe(JsonText.Parse(json).GetHashCode());
    }

    [Theory]
    [InlineData("{\"a\": [1, 2.50, 1e3], \"b\":\"ä <&> 日本 \\u00e4 \\ud800\"}")]
    [InlineData("\"🚢\"")]
    public void Read_as_a_member_of_another_document_keeps_it_byte_for_byte(string json) =>
        JsonSerializer.Deserialize<JsonText[]>($"[ {json} ]")
            .ShouldNotBeNull().ShouldHaveSingleItem().ToString().ShouldBe(json);

    [Theory]
    [InlineData("", 1, 1)]
    [InlineData("{", 1, 2)]
    [InlineData("{\"a\":1,}", 1, 8)]
    [InlineData("{\n  'a': 1}", 2, 3)]
    [InlineData("{} {}", 1, 4)]
    [InlineData("[NaN]", 1, 2)]
    [InlineData("[01]", 1, 3)]
    [InlineData("// no\n1", 1, 1)]
    public void Parse_refuses_malformed_text_and_says_where(string json, int line, int column) =>
        ((Action)(() => JsonText.Parse(json, "result"))).ShouldBeRefused(
            "result", $"not valid JSON at line {line}, byte {column}");

    [Fact]
    public void Parse_refuses_broken_utf8_even_inside_a_string() =>
        ((Action)(() => JsonText.Parse(new byte[] { (byte)'"', 0xC3, 0x28, (byte)'"' }))).ShouldBeRefused(
            "payload", "not valid UTF-8");

    [Theory]
    [InlineData('[', ']')]
    [InlineData('{', '}')]
    public void Parse_takes_64_levels_and_no_more(char open, char close)
    {
        string Nested(int levels) => open == '['
            ? new string(open, levels) + new string(close, levels)
            : string.Concat(Enumerable.Repeat("{\"a\":", levels - 1)) + "{}" + new string(close, levels - 1);

        Should.NotThrow(() => JsonText.Parse(Nested(64)));
        ((Action)(() => JsonText.Parse(Nested(65)))).ShouldBeRefused("payload", "nested deeper than 64 levels");
        ((Action)(() => JsonText.Parse(Nested(2000)))).ShouldBeRefused("payload", "nested deeper than 64 levels");
    }

    [Fact]
    public void Parse_takes_a_mebibyte_and_no_more()
    {
        string Text(int bytes) => "\"" + new string('a', bytes - 2) + "\"";

        JsonText.Parse(Text(1 << 20)).Utf8.Length.ShouldBe(1 << 20);
        ((Action)(() => JsonText.Parse(Text((1 << 20) + 1)))).ShouldBeRefused(
            "payload", "has 1048577 bytes; at most 1048576 are allowed");
        ((Action)(() => JsonText.From(new string('a', 1 << 20)))).ShouldBeRefused(
            "payload", "has 1048578 bytes; at most 1048576 are allowed");
    }

    [Fact]
    public void From_and_to_are_inverse() =>
        JsonText.From(new Dictionary<string, int> { ["a"] = 1 }).To<Dictionary<string, int>>()!["a"].ShouldBe(1);

    [Fact]
    public void Serialising_embeds_the_document_and_reads_it_back()
    {
        var record = new Holder(JsonText.Parse("{\"a\":[1]}"), default);

        var json = JsonSerializer.Serialize(record);

        json.ShouldBe("{\"Payload\":{\"a\":[1]},\"Result\":null}");
        var back = JsonSerializer.Deserialize<Holder>(json)!;
        back.ShouldBe(record);
        back.Result.IsNone.ShouldBeTrue();
    }

    [Fact]
    public void Nothing_is_none_and_prints_as_nothing()
    {
        default(JsonText).IsNone.ShouldBeTrue();
        default(JsonText).ToString().ShouldBe("");
        (default == JsonText.EmptyObject).ShouldBeFalse();
    }

    private sealed record Holder(JsonText Payload, JsonText Result);
}
