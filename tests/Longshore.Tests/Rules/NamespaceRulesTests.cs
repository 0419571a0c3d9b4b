using Longshore.Routing;
using Longshore.Rules;

namespace Longshore.Tests.Rules;

public sealed class NamespaceRulesTests
{
    public static readonly TheoryData<string, NamespaceRules> Wrong = new()
    {
        { "max_pending", new() { MaxPending = 0 } },
        { "capacity_weight", new() { CapacityWeight = double.NaN } },
        { "plan_every_seconds", new() { PlanEvery = TimeSpan.FromSeconds(0.5) } },
        { "plan_every_seconds", new() { PlanEvery = TimeSpan.FromSeconds(3601) } },
        { "plan_method", new() { PlanMethod = (PlanMethod)9 } },
        { "offer_timeout_seconds", new() { OfferTimeout = TimeSpan.Zero } },
        { "inactivity_timeout_seconds", new() { InactivityTimeout = TimeSpan.FromDays(2) } },
        { "reject_cooldown_seconds", new() { RejectCooldown = TimeSpan.FromSeconds(-1) } },
        { "task_cooldown_seconds", new() { TaskCooldown = TimeSpan.FromDays(10_000) } },
        { "unroutable_after_seconds", new() { UnroutableAfter = TimeSpan.Zero } },
        { "exclusion.exclude[0]", new() { Exclusion = new() { Exclude = [new("a", "a")] } } },
        { "exclusion.allow[0].second", new() { Exclusion = new() { Allow = [new("a", " ")] } } },
        { "fallback_requires[0]", new() { FallbackRequires = ["sql>=x"] } },
        { "retention.done_seconds", new() { Retention = new() { Done = TimeSpan.Zero } } },
        { "steps.a.retention", new() { Steps = Step(new() { Retention = new() }) } },
        { "alerts.webhooks[0].url", Hook(new() { Name = "a", Url = "ftp://example.org", Secret = Secret }) },
        { "alerts.webhooks[0].url", Hook(new() { Name = "a", Url = "http://a:b@example.org", Secret = Secret }) },
        { "alerts.webhooks[0].secret", Hook(new() { Name = "a", Url = "http://example.org", Secret = "short" }) },
        { "alerts.webhooks[0].secret", Hook(new() { Name = "a", Url = "http://example.org" }) },
        { "alerts.webhooks[0].on", Hook(new() { Name = "a", Url = "http://a.org", Secret = Secret, On = [default] }) },
        { "alerts.depths[0]", new() { Alerts = new() { Depths = [new() { Name = "deep" }] } } },
        { "steps.a.offer_timeout_seconds", new() { Steps = Step(new() { OfferTimeout = TimeSpan.Zero }) } },
    };

    private const string Secret = "a-secret-of-sixteen";

    private static NamespaceRules Hook(Webhook webhook) => new() { Alerts = new() { Webhooks = [webhook] } };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Checked_names_what_is_wrong(string field, NamespaceRules rules)
    {
        var error = Should.Throw<LongshoreException>(() => rules.Checked());
        (error.Code, error.Field).ShouldBe((ErrorCode.InvalidInput, field), error.Message);
    }

    [Fact]
    public void The_step_wins_over_the_kind_and_the_kind_over_the_namespace()
    {
        var rules = new NamespaceRules
        {
            Mode = AssignmentMode.Pool,
            Kinds = Step(new() { Mode = AssignmentMode.Auto }),
            Steps = Step(new() { Mode = AssignmentMode.Manual }),
        };
        rules.ModeOf("a", "a").ShouldBe(AssignmentMode.Manual);
        rules.ModeOf("a", "b").ShouldBe(AssignmentMode.Auto);
        rules.ModeOf("a", null).ShouldBe(AssignmentMode.Auto);
        rules.ModeOf("b", null).ShouldBe(AssignmentMode.Pool);
    }

    [Theory]
    [InlineData("x", "y", true)]
    [InlineData("a", "b", false)]
    [InlineData("b", "a", false)]
    [InlineData("c", "d", false)]
    [InlineData("a", "a", true)]
    [InlineData(null, null, true)]
    [InlineData(null, "a", true)]
    public void Exclusion_is_of_all_pairs_but_the_allowed_both_ways(string? one, string? other, bool excludes)
    {
        var rules = new ExclusionRules { Allow = [new("a", "b"), new("c", "d")], Exclude = [new("d", "c")] };
        rules.Excludes(one, other).ShouldBe(excludes);
        rules.Excludes(other, one).ShouldBe(excludes);
    }

    [Fact]
    public void Exclusion_of_pairs_alone_leaves_the_others_free()
    {
        var rules = new ExclusionRules { ExcludeAll = false, Exclude = [new("a", "b")] };
        rules.Excludes("b", "a").ShouldBeTrue();
        rules.Excludes("a", "c").ShouldBeFalse();
        rules.Excludes("c", "c").ShouldBeTrue("nobody does one step of an item twice");
    }

    private static Dictionary<string, StepRules> Step(StepRules rules) =>
        new(StringComparer.Ordinal) { ["a"] = rules };
}
