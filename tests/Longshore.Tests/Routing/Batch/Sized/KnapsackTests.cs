using Longshore.Routing.Batch.Sized;

namespace Longshore.Tests.Routing.Batch.Sized;

public sealed class KnapsackTests
{
    [Fact]
    public void Choose_the_most_profit_that_fits()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var items = Enumerable.Range(0, random.Next(1, 9))
                .Select(_ => (Size: random.Next(0, 8), Profit: (long)random.Next(-3, 20))).ToArray();
            var room = random.Next(0, 20);

            var knapsack = Offer(items);
            var profit = knapsack.Solve(room);

            profit.ShouldBe(Best(items, room), $"seed {seed}");
            knapsack.Chosen.Sum(i => items[i].Profit).ShouldBe(profit);
            knapsack.Chosen.Sum(i => items[i].Size).ShouldBeLessThanOrEqualTo(room);
        }
    }

    [Fact]
    public void Answer_a_bound_that_holds_where_the_table_would_be_too_large()
    {
        const int Unit = 10_000_000;
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var items = Enumerable.Range(0, 8)
                .Select(_ => (Size: random.Next(1, 8), Profit: (long)random.Next(1, 20))).ToArray();
            var room = random.Next(4, 20);

            var knapsack = Offer([.. items.Select(item => (item.Size * Unit, item.Profit))]);
            var bound = knapsack.Solve(room * Unit);

            bound.ShouldBeGreaterThanOrEqualTo(Best(items, room), $"seed {seed}");
            bound.ShouldBeLessThanOrEqualTo(items.Sum(item => item.Profit));
            knapsack.Chosen.Sum(i => items[i].Size).ShouldBeLessThanOrEqualTo(room);
        }
    }

    private static Knapsack Offer((int Size, long Profit)[] items)
    {
        var knapsack = new Knapsack();
        for (var i = 0; i < items.Length; i++)
        {
            knapsack.Add(i, items[i].Size, items[i].Profit);
        }

        return knapsack;
    }

    private static long Best((int Size, long Profit)[] items, int room) =>
        Enumerable.Range(0, 1 << items.Length)
            .Select(set => items.Where((_, i) => (set >> i & 1) == 1).ToArray())
            .Where(chosen => chosen.Sum(item => item.Size) <= room)
            .Max(chosen => chosen.Sum(item => item.Profit));
}
