using Longshore.Routing.Overlap;

namespace Longshore.Tests.Routing.Overlap;

public sealed class AgreementRuleTests
{
    private static readonly AgreementRule Majority = new();

    /// <summary>Toloka's published examples for three possible answers.</summary>
    private static readonly AgreementRule Toloka = new()
    {
        Vote = Vote.Quality,
        Choices = 3,
        Enough = 0.8,
        Least = 1,
        Most = 3,
    };

    [Theory]
    [InlineData("ok .7, ok .9", nameof(AgreementStatus.Agreed), "ok", 0.9767)]
    [InlineData("ok .7, bad .9", nameof(AgreementStatus.AskOneMore), "bad", 0.7606)]
    [InlineData("ok .7, bad .9, bad .8", nameof(AgreementStatus.Agreed), "bad", 0.9621)]
    public void Compute_the_confidence_as_Toloka_does(
        string answers, string status, string value, double confidence) =>
        Should(Toloka, answers, Enum.Parse<AgreementStatus>(status), value, confidence);

    [Theory]
    [InlineData("", nameof(AgreementStatus.AskOneMore), null, 0)]
    [InlineData("a", nameof(AgreementStatus.AskOneMore), "a", 1)]
    [InlineData("a, a", nameof(AgreementStatus.Agreed), "a", 1)]
    [InlineData("a, b", nameof(AgreementStatus.AskOneMore), "a", 0)]
    [InlineData("a, b, b", nameof(AgreementStatus.Agreed), "b", 0.6667)]
    [InlineData("a, b, c, d, c", nameof(AgreementStatus.Open), "c", 0.4)]
    [InlineData("a, b, c, d, e", nameof(AgreementStatus.Open), "a", 0)]
    public void Ask_one_more_until_the_majority_is_clear(
        string answers, string status, string? value, double confidence) =>
        Should(Majority, answers, Enum.Parse<AgreementStatus>(status), value, confidence);

    /// <summary>One who is nearly always right outweighs two who guess; alike votes would say the opposite.</summary>
    [Fact]
    public void Weigh_an_answer_by_who_gave_it()
    {
        const string Answers = "b .4, a .97, b .4";
        (Toloka with { Choices = 4 }).Judge(Read(Answers)).Value.ShouldBe("a");
        Majority.Judge(Read(Answers)).Value.ShouldBe("b");
    }

    [Fact]
    public void Stay_a_probability_with_many_answers_and_records_beyond_doubt()
    {
        var rule = Toloka with { Most = 1000 };
        var sure = rule.Judge([.. Enumerable.Repeat(new Answer("a", 1), 800)]);
        (sure.Status, sure.Confidence).ShouldBe((AgreementStatus.Agreed, 1));
        var torn = rule.Judge([.. Enumerable.Range(0, 800).Select(i => new Answer(i % 2 == 0 ? "a" : "b", 0))]);
        torn.Confidence.ShouldBeInRange(0, 1);
    }

    private static void Should(
        AgreementRule rule, string answers, AgreementStatus status, string? value, double confidence)
    {
        var agreement = rule.Judge(Read(answers));
        (agreement.Status, agreement.Value).ShouldBe((status, value));
        agreement.Confidence.ShouldBe(confidence, 0.0001);
    }

    private static List<Answer> Read(string answers) =>
    [
        .. answers.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(text => text.Split(' ')).Select(parts =>
            new Answer(
                parts[0],
                parts.Length < 2 ? 0.5 : double.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture))),
    ];
}
