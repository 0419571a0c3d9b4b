using Longshore.Postgres.Reading;
using Longshore.Tests;

namespace Longshore.Stores.Tests.Postgres;

public sealed class SharedReadsTests
{
    private readonly List<TaskCompletionSource<int>> _reads = [];

    [Fact]
    public async Task Who_asks_while_one_reads_shares_the_next_read()
    {
        var reads = new SharedReads<string, int>(ReadAsync);
        var first = reads.AskAsync("a", default);
        await BegunAsync(1);
        var second = reads.AskAsync("a", default);
        var third = reads.AskAsync("a", default);
        Begun.ShouldBe(1);
        _reads[0].SetResult(1);
        (await first).ShouldBe(1);
        await BegunAsync(2);
        _reads[1].SetResult(2);
        (await second, await third).ShouldBe((2, 2));
        var last = reads.AskAsync("a", default);
        await BegunAsync(3);
        _reads[2].SetResult(3);
        (await last).ShouldBe(3, "what was read before he asked is nobody's answer");
    }

    [Fact]
    public async Task Other_keys_do_not_wait_and_a_failure_is_only_theirs_who_shared_it()
    {
        var reads = new SharedReads<string, int>(ReadAsync);
        var first = reads.AskAsync("a", default);
        await BegunAsync(1);
        var other = reads.AskAsync("b", default);
        await BegunAsync(2);
        var second = reads.AskAsync("a", default);
        _reads[0].SetException(new IOException("the line is cut"));
        await Should.ThrowAsync<IOException>(first);
        await BegunAsync(3);
        _reads[2].SetResult(7);
        (await second).ShouldBe(7);
        _reads[1].SetResult(5);
        (await other).ShouldBe(5);
    }

    private int Begun
    {
        get
        {
            lock (_reads)
            {
                return _reads.Count;
            }
        }
    }

    private Task BegunAsync(int count) => Until.Holds(() => Begun == count, $"{count} reads have begun");

    private Task<int> ReadAsync(string key)
    {
        var read = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_reads)
        {
            _reads.Add(read);
        }

        return read.Task;
    }
}
