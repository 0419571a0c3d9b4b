using FsCheck;
using Longshore.Capabilities;

namespace Longshore.Tests.Capabilities;

public sealed class CapabilityTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("rust", "rust", 1)]
    [InlineData("sql:3", "sql", 3)]
    [InlineData("sql : 3 ", "sql", 3)]
    [InlineData("sql:100", "sql", 100)]
    [InlineData("  Rust ", "rust", 1)]
    [InlineData("Machine  Learning", "machine-learning", 1)]
    [InlineData("data_entry", "data-entry", 1)]
    [InlineData("data - entry", "data-entry", 1)]
    [InlineData("_private_", "private", 1)]
    [InlineData("-x--y-", "x-y", 1)]
    [InlineData("C++", "c++", 1)]
    [InlineData("C#", "c#", 1)]
    [InlineData(".NET", ".net", 1)]
    [InlineData("audio/mp3", "audio/mp3", 1)]
    [InlineData("Überprüfung", "überprüfung", 1)]
    public void Parse_brings_a_name_to_one_spelling(string text, string name, int level) =>
        Capability.Parse(text).ShouldBe(new Capability(name, level));

    [Theory]
    [InlineData("rust", "rust", 1)]
    [InlineData("sql>=3", "sql", 3)]
    [InlineData(" SQL >= 3", "sql", 3)]
    public void Parse_reads_a_requirement_with_its_least_level(string text, string name, int level) =>
        Requirement.Parse(text).ShouldBe(new Requirement(name, level));

    [Theory]
    [InlineData("", "a capability needs a name, for example \"rust\"")]
    [InlineData("   ", "a capability needs a name, for example \"rust\"")]
    [InlineData("_-_", "a capability needs a name, for example \"rust\"")]
    [InlineData(":3", "a capability needs a name, for example \"rust\"")]
    [InlineData("rust!", "'!' cannot be in a capability name; use letters, digits and + # . / -")]
    [InlineData("ru\0st", "'\0' cannot be in a capability name; use letters, digits and + # . / -")]
    [InlineData("sql>=3", "'>' cannot be in a capability name; use letters, digits and + # . / -")]
    [InlineData("e\u0301", "'\u0301' cannot be in a capability name; use letters, digits and + # . / -")]
    [InlineData("sql:", "a capability level is a whole number from 1 to 100, not ''")]
    [InlineData("sql:0", "a capability level is a whole number from 1 to 100, not '0'")]
    [InlineData("sql:101", "a capability level is a whole number from 1 to 100, not '101'")]
    [InlineData("sql:-1", "a capability level is a whole number from 1 to 100, not '-1'")]
    [InlineData("sql:1.5", "a capability level is a whole number from 1 to 100, not '1.5'")]
    [InlineData("sql:high", "a capability level is a whole number from 1 to 100, not 'high'")]
    public void Parse_refuses_with_the_rule_that_is_broken(string text, string message) =>
        ((Action)(() => Capability.Parse(text))).ShouldBeRefused("capability", message);

    [Fact]
    public void Parse_refuses_half_a_surrogate_pair() =>
        Should.Throw<LongshoreException>(() => Capability.Parse("rust\ud800")).Code.ShouldBe(ErrorCode.InvalidInput);

    [Fact]
    public void Parse_takes_a_name_of_64_characters_and_no_longer()
    {
        Capability.Parse(new string('a', 64)).Name.Length.ShouldBe(64);
        ((Action)(() => Capability.Parse(new string('a', 65)))).ShouldBeRefused(
            "capability", "a capability name has at most 64 characters, this has 65");
    }

    [Fact]
    public void Spelling_a_normal_name_again_changes_nothing() => Always.Holds<NonEmptyString>(text =>
    {
        try
        {
            var once = Capability.Parse(text.Get);
            return Capability.Parse(once.ToString()) == once;
        }
        catch (LongshoreException)
        {
            return true;
        }
    });

    [Fact]
    public void Text_of_a_requirement_reads_back_as_the_same()
    {
        Requirement.Parse(new Requirement("sql", 3).ToString()).ShouldBe(new Requirement("sql", 3));
        Requirement.Parse(new Requirement("c++").ToString()).ShouldBe(new Requirement("c++"));
        new Requirement("sql", 3).ToString().ShouldBe("sql>=3");
        new Capability("sql", 3).ToString().ShouldBe("sql:3");
    }

    [Fact]
    public void Canonical_requirements_are_sorted_and_each_name_asks_once_for_its_highest_level() =>
        Requirement.Canonical([new("sql", 2), new("Rust"), new("sql", 3), new("rust")])
            .ShouldBe([new Requirement("rust"), new Requirement("sql", 3)]);

    [Fact]
    public void Canonical_requirements_do_not_change_with_the_callers_list()
    {
        List<Requirement> mine = [new("rust"), new("sql", 2)];
        var canonical = Requirement.Canonical(mine);
        mine.Clear();
        canonical.ShouldBe([new Requirement("rust"), new Requirement("sql", 2)]);
    }

    [Fact]
    public void Canonical_requirements_name_the_place_of_what_is_wrong()
    {
        ((Action)(() => Requirement.Canonical([new("rust"), new("sql", 101)]))).ShouldBeRefused(
            "requires[1]", "a capability level is a whole number from 1 to 100, not '101'");
        ((Action)(() => Requirement.Canonical([new("rust"), null!]))).ShouldBeRefused(
            "requires[1]", "cannot be null");
    }

    [Fact]
    public void Canonical_capabilities_keep_what_outlasts_a_higher_level() =>
        Capability.Canonical(
            [
                new("sql", 1),
                new("SQL", 3, Noon),
                new("sql", 2, Noon.AddHours(-1)),
                new("sql", 3, Noon.AddHours(-2)),
                new("rust"),
                new("rust"),
            ])
            .ShouldBe([new Capability("rust"), new Capability("sql", 3, Noon), new Capability("sql", 1)]);
}
