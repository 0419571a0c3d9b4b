using System.ComponentModel.DataAnnotations;
using Longshore.Hosting;
using Longshore.Tasks;

namespace Longshore.Tests.Hosting;

public sealed class PayloadReaderTests
{
    internal sealed record Resize(
        [Range(1, 5000)] int Width, [StringLength(4)] string Format = "png", string? Note = null);

    internal sealed record Span(int From, int To) : IValidatableObject
    {
        public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
        {
            if (To < From)
            {
                yield return new ValidationResult("to must not be before from");
            }
        }
    }

    [Fact]
    public void Read_takes_snake_case_and_defaults() =>
        PayloadReader<Resize>.Read(JsonText.Parse("""{"width":10,"note":"x"}""")).ShouldBe(new Resize(10, "png", "x"));

    [Theory]
    [InlineData("""{}""", "width")]
    [InlineData("""{"width":10,"height":3}""", "height")]
    [InlineData("""{"width":10,"width":11}""", "width")]
    [InlineData("""{"width":"10"}""", "width")]
    [InlineData("""{"width":10,"format":null}""", "format")]
    [InlineData("""{"width":0}""", "width: ")]
    [InlineData("""{"width":10,"format":"jpeg2000"}""", "format: ")]
    [InlineData("""null""", "null")]
    [InlineData("""[]""", "Resize")]
    public void Read_refuses_what_the_type_does_not_say(string payload, string named) =>
        Should.Throw<InvalidPayloadException>(() => PayloadReader<Resize>.Read(JsonText.Parse(payload)))
            .Message.ShouldContain(named);

    [Fact]
    public void Read_lists_every_broken_rule() =>
        Should.Throw<InvalidPayloadException>(
                () => PayloadReader<Resize>.Read(JsonText.Parse("""{"width":0,"format":"jpeg2000"}""")))
            .Message.ShouldSatisfyAllConditions(m => m.ShouldContain("width: "), m => m.ShouldContain("format: "));

    [Fact]
    public void Read_asks_a_payload_that_validates_itself()
    {
        PayloadReader<Span>.Read(JsonText.Parse("""{"from":1,"to":2}""")).To.ShouldBe(2);
        Should.Throw<InvalidPayloadException>(() => PayloadReader<Span>.Read(JsonText.Parse("""{"from":3,"to":2}""")))
            .Message.ShouldContain("to must not be before from");
    }
}
