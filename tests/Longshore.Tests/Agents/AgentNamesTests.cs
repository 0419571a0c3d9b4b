using Longshore.Tasks;

namespace Longshore.Tests.Agents;

public sealed class AgentNamesTests
{
    public static TheoryData<string> Good => ["abc", "a-b", "build-agent-7", "007", "9-9", new string('x', 50)];

    [Theory]
    [MemberData(nameof(Good))]
    public void Check_takes_kebab_case_of_3_to_50_characters(string name) =>
        Should.NotThrow(() => AgentNames.Check(name));

    [Theory]
    [InlineData("aB!")]
    [InlineData("a--b")]
    [InlineData("-ab")]
    [InlineData("ab-")]
    [InlineData("---")]
    [InlineData("ABC")]
    [InlineData("a b")]
    [InlineData("a_b")]
    [InlineData("a.b")]
    [InlineData("äöü")]
    [InlineData("ab\n")]
    [InlineData("٣٤٥")]
    public void Check_refuses_what_is_not_kebab_case(string name) => Refused(
        name,
        $"'{name}' is not kebab-case: use lower-case letters, digits and single inner hyphens, "
        + "for example \"build-agent-7\"");

    [Fact]
    public void Check_refuses_names_too_short_or_too_long()
    {
        Refused(null, "an agent name has 3 to 50 characters, this has 0");
        Refused("", "an agent name has 3 to 50 characters, this has 0");
        Refused("ab", "an agent name has 3 to 50 characters, this has 2");
        Refused("-a", "an agent name has 3 to 50 characters, this has 2");
        Refused(new string('x', 51), "an agent name has 3 to 50 characters, this has 51");
    }

    [Fact]
    public void Check_keeps_the_name_all_for_everybody() => Refused("all", "'all' is reserved");

    private static void Refused(string? name, string message) =>
        ((Action)(() => AgentNames.Check(name, "agent"))).ShouldBeRefused("agent", message);
}
