using Longshore.Sqlite;
using Longshore.Sqlite.Interop;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Sqlite;

public sealed class OwnershipTests
{
    [Fact]
    public async Task Database_in_use_is_refused_until_its_owner_lets_go()
    {
        using var database = new TemporaryDatabase();
        var owner = database.Open();
        var error = Should.Throw<LongshoreException>(() => database.Open());
        error.Code.ShouldBe(ErrorCode.StoreUnusable);
        error.Message.ShouldContain("in use by another Longshore process");

        await owner.DisposeAsync();
        await database.Open().DisposeAsync();
    }

    [Fact]
    public async Task Database_in_use_is_refused_under_another_name_too()
    {
        using var database = new TemporaryDatabase();
        var link = database.Path + "-link";
        File.CreateSymbolicLink(link + "-again", database.Path);
        File.CreateSymbolicLink(link, link + "-again");
        await using var owner = database.Open();

        Should.Throw<LongshoreException>(() => SqliteStore.Open(new SqliteOptions { Path = link }))
            .Code.ShouldBe(ErrorCode.StoreUnusable);
    }

    [Fact]
    public async Task Person_may_read_while_the_owner_writes()
    {
        using var database = new TemporaryDatabase();
        await using var store = database.Open();
        var batch = new TaskBatch();
        batch.Inserts.Add(new NewTask { Kind = "look" });
        await store.Tasks.CommitAsync(batch, TestContext.Current.CancellationToken);

        using var prompt = new Connection(database.Path, readOnly: true);
        using var read = prompt.Prepare("select count(*) from tasks");
        read.Read().ShouldBeTrue();
        read.Long(0).ShouldBe(1);
    }

    [Fact]
    public async Task Write_after_disposal_is_refused()
    {
        using var database = new TemporaryDatabase();
        var store = database.Open();
        await store.DisposeAsync();
        await Should.ThrowAsync<ObjectDisposedException>(
            async () => await store.Tasks.StageAsync(1, ct: TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Disposal_waits_for_queries_and_refuses_later_ones()
    {
        using var database = new TemporaryDatabase();
        var store = database.Open();
        var ct = TestContext.Current.CancellationToken;
        var asking = Enumerable.Range(0, 8).Select(_ => Task.Run(
            async () =>
            {
                try
                {
                    while (true)
                    {
                        await store.Queries.CountByStateAsync(ct: ct);
                    }
                }
                catch (ObjectDisposedException)
                {
                    return;
                }
            },
            ct)).ToList();
        await store.DisposeAsync();
        await Task.WhenAll(asking).WaitAsync(TimeSpan.FromSeconds(20), ct);
        await database.Open().DisposeAsync();
    }
}
