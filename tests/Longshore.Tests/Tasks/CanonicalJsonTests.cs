using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Longshore.Tasks;

namespace Longshore.Tests.Tasks;

public sealed class CanonicalJsonTests
{
    [Theory]
    [InlineData("""{"b": 1, "a": 2}""", """{"a":2,"b":1}""")]
    [InlineData("[1.0, 1e2, -0.0, 0.5e-3]", "[1,100,0,5E-4]")]
    [InlineData(""" "\u0041\n\/" """, "\"A\\u000a/\"")]
    [InlineData("""{"x": {"z": [true], "y": null}}""", """{"x":{"y":null,"z":[true]}}""")]
    [InlineData("100000000000000000000000000000001", "1000000000000000000000000000000010e-1")]
    [InlineData("1e0000000000000000000000000000000000001", "10")]
    public void Documents_of_one_meaning_have_one_spelling(string one, string other) =>
        Canonical(one).ShouldBe(Canonical(other));

    [Theory]
    [InlineData("1", "\"1\"")]
    [InlineData("[1,2]", "[2,1]")]
    [InlineData("[[1],2]", "[1,[2]]")]
    [InlineData("\"a\"", "\"A\"")]
    [InlineData("\"e\"", "\"é\"")]
    [InlineData("1", "1.00000000000000000001")]
    [InlineData("12", "120")]
    [InlineData("1", "-1")]
    [InlineData("9007199254740993", "9007199254740992")]
    [InlineData("1e99999999999999999999", "1e99999999999999999998")]
    [InlineData("""["a","b"]""", """["a\",\"b"]""")]
    [InlineData("""["1:a"]""", """["1","a"]""")]
    [InlineData("""{"a":1}""", """{"a":1,"a":2}""")]
    [InlineData("""{"a":null}""", "{}")]
    [InlineData("\"\\ud800\"", "\"\\ud801\"")]
    [InlineData("null", "false")]
    public void Documents_of_other_meaning_have_another_spelling(string one, string other) =>
        Canonical(one).ShouldNotBe(Canonical(other));

    [Fact]
    public void Numbers_are_spelled_by_their_value() => Prop.ForAll<long, byte>((digits, zeros) =>
    {
        var plain = CanonicalJson.Number($"{digits}");
        CanonicalJson.Number($"{digits}{new string('0', zeros)}e-{zeros}").ShouldBe(plain);
        CanonicalJson.Number($"{digits}.{new string('0', 1 + zeros)}").ShouldBe(plain);
    }).QuickCheckThrowOnFailure();

    private static string Canonical(string json)
    {
        var to = new ArrayBufferWriter<byte>();
        CanonicalJson.Write(JsonText.Parse(json).Memory, to);
        return Encoding.UTF8.GetString(to.WrittenSpan);
    }
}
