using Longshore.Routing;

namespace Longshore.Tests.Routing;

public sealed class SlotSetTests
{
    private const int Capacity = 64 * 70;

    [Fact]
    public void Find_what_plain_sets_find() => Always.Holds((int seed) =>
    {
        var random = new Random(seed);
        var density = random.NextDouble() * random.NextDouble();
        var (a, b, c, without) = (Some(random, density), Some(random, 0.5), Some(random, 0.8), Some(random, 0.2));
        var plain = Members(a).Intersect(Members(b)).Intersect(Members(c)).Except(Members(without)).ToList();
        var candidates = new Candidates(a, b, c, without);
        var from = random.Next(Capacity);
        var around = plain.Where(slot => slot >= from).Concat(plain.Where(slot => slot < from)).ToArray();
        var some = new int[64];
        var count = candidates.Take(from, some);
        var last = plain.Count - 1;
        return candidates.Count() == plain.Count
            && candidates.Next(from) == plain.Where(slot => slot >= from).FirstOrDefault(-1)
            && candidates.NextAround(from) == around.FirstOrDefault(-1)
            && some[..count].SequenceEqual(around.Take(64))
            && (last < 0 || (candidates.At(last) == plain[last] && candidates.At(last / 2) == plain[last / 2]))
            && candidates.Contains(from) == plain.Contains(from);
    });

    [Fact]
    public void Count_and_summarise_what_was_put_in_and_taken_out() => Always.Holds((int seed) =>
    {
        var random = new Random(seed);
        var (set, plain) = (new SlotSet(Capacity), new SortedSet<int>());
        for (var i = 0; i < 500; i++)
        {
            var (slot, isMember) = (random.Next(200) * 20, random.Next(2) == 0);
            set.Put(slot, isMember);
            _ = isMember ? plain.Add(slot) : plain.Remove(slot);
        }

        var summary = Enumerable.Range(0, Capacity / 64).Where(w => (set.Summary[w >> 6] >> w & 1) != 0);
        return set.Count == plain.Count
            && Members(set).SequenceEqual(plain)
            && summary.SequenceEqual(plain.Select(slot => slot / 64).Distinct());
    });

    private static SlotSet Some(Random random, double density)
    {
        var set = new SlotSet(Capacity);
        for (var slot = 0; slot < Capacity; slot++)
        {
            set.Put(slot, random.NextDouble() < density);
        }

        return set;
    }

    private static List<int> Members(SlotSet set) =>
        [.. Enumerable.Range(0, Capacity).Where(set.Contains)];
}
