using Longshore.Events;

namespace Longshore.Tests.Events;

public sealed class ControlTopicsTests
{
    [Theory]
    [InlineData("procmond", "procmond-1", "control.tasks.procmond.procmond-1")]
    [InlineData("AI", "ann", "control.tasks.ai.ann")]
    [InlineData("a.b", "x.>", "control.tasks.a_b.x__")]
    [InlineData("*", "#/+", "control.tasks._.___")]
    [InlineData("ä b\n", "ann", "control.tasks.__b_.ann")]
    public void A_word_cannot_add_levels_or_wildcards(string type, string agent, string topic)
    {
        ControlTopics.Of(type, agent).ShouldBe(topic);
        ControlTopics.Of(type, agent).Split('.').Length.ShouldBe(4);
    }
}
