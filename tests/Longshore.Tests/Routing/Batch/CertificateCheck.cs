using Longshore.Routing.Batch;

namespace Longshore.Tests.Routing.Batch;

/// <summary>Proves a plan optimal, or finds what is wrong with it, without any code of the solver.</summary>
internal static class CertificateCheck
{
    /// <summary>The plan keeps the rules, and is worth what it says.</summary>
    public static void ShouldBeFeasible(this BatchPlan plan, AssignmentProblem problem)
    {
        var taken = new int[problem.Agents];
        var filled = new int[problem.Agents];
        long value = 0;
        plan.AgentOf.Length.ShouldBe(problem.Tasks);
        for (var task = 0; task < problem.Tasks; task++)
        {
            if (plan.AgentOf[task] == BatchPlan.Nobody)
            {
                continue;
            }

            var agent = plan.AgentOf[task];
            var i = problem.ArcsOf(task).ToArray().ToList().FindIndex(arc => arc.Agent == agent);
            i.ShouldBeGreaterThanOrEqualTo(0, $"agent {agent} may not do task {task}");
            value += problem.ArcsOf(task)[i].Score - ((long)problem.CrowdingOf(agent) * taken[agent]++);
            filled[agent] += problem.HasSizes ? problem.SizesOf(task)[i] : 1;
        }

        for (var agent = 0; agent < problem.Agents; agent++)
        {
            filled[agent].ShouldBeLessThanOrEqualTo(problem.Room[agent], $"agent {agent} has too much");
            taken[agent].ShouldBeLessThanOrEqualTo(problem.SlotsOf(agent), $"agent {agent} has too many");
        }

        plan.Value.ShouldBe(value);
    }

    /// <summary>Complementary slackness holds between the plan and its prices, so it is optimal.</summary>
    public static void ShouldProve(this BatchPlan plan, AssignmentProblem problem)
    {
        plan.ShouldBeFeasible(problem);
        plan.Gap.ShouldBe(0);
        var prices = plan.Prices.ShouldNotBeNull();
        for (var agent = 0; agent < problem.Agents; agent++)
        {
            var held = plan.AgentOf.Count(one => one == agent);
            long crowding = problem.CrowdingOf(agent);
            prices[agent].ShouldBeGreaterThanOrEqualTo(0);
            if (held < problem.Room[agent])
            {
                prices[agent].ShouldBeLessThanOrEqualTo(crowding * held, $"agent {agent} has a slot left at a price");
            }

            if (held > 0)
            {
                prices[agent].ShouldBeGreaterThanOrEqualTo(crowding * (held - 1), $"agent {agent} has a slot too many");
            }
        }

        for (var task = 0; task < problem.Tasks; task++)
        {
            var gains = problem.ArcsOf(task).ToArray().ToDictionary(a => a.Agent, a => a.Score - prices[a.Agent]);
            var best = gains.Values.DefaultIfEmpty(long.MinValue).Max();
            if (plan.AgentOf[task] == BatchPlan.Nobody)
            {
                problem.EveryTask.ShouldBeFalse();
                best.ShouldBeLessThanOrEqualTo(0, $"task {task} is left out though it would pay");
            }
            else
            {
                gains[plan.AgentOf[task]].ShouldBe(best, $"task {task} has another agent it should rather have");
                (problem.EveryTask || best >= 0).ShouldBeTrue($"task {task} should be left out");
            }
        }
    }
}
