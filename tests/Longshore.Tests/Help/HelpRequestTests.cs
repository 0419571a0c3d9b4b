using Longshore.Help;

namespace Longshore.Tests.Help;

/// <summary>How much a request presses, as time goes by.</summary>
public sealed class HelpRequestTests
{
    private static readonly DateTimeOffset Asked = DateTimeOffset.FromUnixTimeSeconds(2_000_000_000);

    [Theory]
    [InlineData(HelpUrgency.Low, 7.9, HelpUrgency.Low)]
    [InlineData(HelpUrgency.Low, 8, HelpUrgency.Medium)]
    [InlineData(HelpUrgency.Low, 12, HelpUrgency.High)]
    [InlineData(HelpUrgency.Low, 13, HelpUrgency.Critical)]
    [InlineData(HelpUrgency.Medium, 3.9, HelpUrgency.Medium)]
    [InlineData(HelpUrgency.Medium, 4, HelpUrgency.High)]
    [InlineData(HelpUrgency.High, 1, HelpUrgency.Critical)]
    [InlineData(HelpUrgency.Critical, 1000, HelpUrgency.Critical)]
    [InlineData(HelpUrgency.High, -1, HelpUrgency.High)]
    public void Urgency_rises_with_the_hours_that_nobody_answers(
        HelpUrgency asked, double hours, HelpUrgency expected) =>
        Request(asked).UrgencyAt(Asked.AddHours(hours)).ShouldBe(expected);

    [Fact]
    public void Urgency_of_what_is_answered_stays() =>
        (Request(HelpUrgency.Low) with { ResolvedAt = Asked.AddHours(9) })
            .UrgencyAt(Asked.AddDays(9)).ShouldBe(HelpUrgency.Medium);

    private static HelpRequest Request(HelpUrgency urgency) => new()
    {
        Id = 1,
        TaskId = 1,
        Agent = "ada",
        Type = HelpType.Review,
        Description = "look",
        Urgency = urgency,
        CreatedAt = Asked,
    };
}
