using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Tasks;

namespace Longshore.Tests.Agents;

public sealed class AgentValidationTests
{
    private static readonly AgentRegistration Good = new() { Name = "agent-1" };

    public static TheoryData<AgentRegistration, string, string> Refusals => new()
    {
        { Good with { Name = "A" }, "name", "an agent name has 3 to 50 characters, this has 1" },
        { Good with { Type = " " }, "type", "is required and cannot be blank" },
        { Good with { Description = new string('d', 4001) }, "description",
            "has 4001 characters; at most 4000 are allowed" },
        { Good with { MaxConcurrent = 0 }, "max_concurrent", "must be from 1 to 10000, not 0" },
        { Good with { MaxConcurrent = 10_001 }, "max_concurrent", "must be from 1 to 10000, not 10001" },
        { Good with { Session = "a\nb" }, "session", "cannot be empty or contain control characters" },
        { Good with { Metadata = new Dictionary<string, string> { ["a"] = null! } }, "metadata.a",
            "cannot be null" },
        { Good with { Reputation = 1.01 }, "reputation", "must be from 0 to 1, not 1.01" },
        { Good with { Reputation = -0.01 }, "reputation", "must be from 0 to 1, not -0.01" },
        { Good with { Reputation = double.NaN }, "reputation", "must be from 0 to 1, not NaN" },
        { Good with { Namespaces = [] }, "namespaces", "name at least one; the usual one is \"default\"" },
        { Good with { Namespaces = ["default", ""] }, "namespaces[1]",
            "is required and cannot be blank" },
        { Good with { Kinds = ["\t"] }, "kinds[0]", "is required and cannot be blank" },
        { Good with { Kinds = [new string('k', 201)] }, "kinds[0]",
            "has 201 characters; at most 200 are allowed" },
        { Good with { Capabilities = [new("rust"), new("no!")] }, "capabilities[1]",
            "'!' cannot be in a capability name; use letters, digits and + # . / -" },
        { Good with { Capabilities = [.. Many.Select(n => new Capability($"c{n}"))] },
            "capabilities", "lists 1001; at most 1000 are allowed" },
        { Good with { Kinds = [.. Many.Select(n => $"k{n}")] }, "kinds",
            "lists 1001; at most 1000 are allowed" },
    };

    private static IEnumerable<int> Many => Enumerable.Range(0, 1001);

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Checked_refuses_with_field_and_reason(
        AgentRegistration agent, string field, string message) =>
        ((Action)(() => AgentValidation.Checked(agent))).ShouldBeRefused(field, message);

    [Fact]
    public void Checked_takes_a_name_alone()
    {
        var agent = AgentValidation.Checked(Good);

        agent.Namespaces.ShouldBe(["default"]);
        agent.MaxConcurrent.ShouldBe(1);
        agent.Capabilities.ShouldBeEmpty();
        agent.Kinds.ShouldBeEmpty();
    }

    [Fact]
    public void Checked_brings_lists_to_one_form()
    {
        var agent = AgentValidation.Checked(Good with
        {
            Capabilities = [new("SQL", 2), new("Rust"), new("sql", 5)],
            Specializations = ["Machine Learning", "machine-learning", "art"],
            Kinds = ["b", "a", "b"],
            Namespaces = ["two", "one", "two"],
        });

        agent.Capabilities.ShouldBe([new Capability("rust"), new Capability("sql", 5)]);
        agent.Specializations.ShouldBe(["art", "machine-learning"]);
        agent.Kinds.ShouldBe(["a", "b"]);
        agent.Namespaces.ShouldBe(["one", "two"]);
    }

    [Fact]
    public void Checked_takes_every_limit_itself()
    {
        var agent = Good with
        {
            MaxConcurrent = Limits.ConcurrentMax,
            Reputation = 1,
            Description = new string('d', Limits.DescriptionLengthMax),
            Kinds = [.. Enumerable.Range(0, Limits.AgentListMax).Select(n => $"k{n}")],
            Capabilities = [.. Enumerable.Range(0, Limits.AgentListMax).Select(n => new Capability($"c{n}"))],
        };

        AgentValidation.Checked(agent).Kinds.Count.ShouldBe(Limits.AgentListMax);
    }
}
