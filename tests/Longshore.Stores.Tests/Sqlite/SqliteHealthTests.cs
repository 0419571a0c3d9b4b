using Longshore.Sqlite;
using Longshore.Sqlite.Health;
using Longshore.Storage;

namespace Longshore.Stores.Tests.Sqlite;

/// <summary>What a doctor is told of a database file, beyond what every store tells.</summary>
public sealed class SqliteHealthTests
{
    private const long Mebi = 1L << 20;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_that_was_damaged_is_found_out()
    {
        using var database = new TemporaryDatabase();
        var store = database.Open();
        var batch = new TaskBatch();
        batch.Inserts.AddRange(Enumerable.Range(0, 2000).Select(i => new Longshore.Tasks.NewTask
        {
            Kind = "k",
            Payload = Longshore.Tasks.JsonText.EmptyObject,
            Description = new string('x', 3000),
        }));
        await store.Tasks.CommitAsync(batch, Ct);
        await store.DisposeAsync();
        await using (store = database.Open())
        {
            (await FindAsync(store, "integrity")).Level.ShouldBe(HealthLevel.Ok);
            (await FindAsync(store, "schema_version")).Value.ShouldBe($"{Longshore.Sqlite.Schema.Migrations.Count}");
        }

        await using (var file = File.OpenWrite(database.Path))
        {
            // A page in the middle; the tables at the front that are read when it is opened stay whole.
            file.Position = file.Length / 2 / 4096 * 4096;
            file.Write(Enumerable.Repeat((byte)0xA5, 4096).ToArray());
        }

        await using (store = database.Open())
        {
            (await FindAsync(store, "integrity")).Level.ShouldBe(HealthLevel.Problem);
        }
    }

    [Theory]
    [InlineData(255 * Mebi, HealthLevel.Ok)]
    [InlineData(256 * Mebi, HealthLevel.Warning)]
    [InlineData(4096 * Mebi, HealthLevel.Problem)]
    public void A_log_that_grows_is_told_of(long bytes, HealthLevel level) =>
        SqliteFindings.WriteAheadLog(bytes).Level.ShouldBe(level);

    [Theory]
    [InlineData(1024 * Mebi, HealthLevel.Ok)]
    [InlineData(1023 * Mebi, HealthLevel.Warning)]
    [InlineData(127 * Mebi, HealthLevel.Problem)]
    public void A_disk_that_fills_up_is_told_of(long bytes, HealthLevel level) =>
        SqliteFindings.FreeDisk(bytes).Level.ShouldBe(level);

    [Fact]
    public void A_schema_of_another_version_is_a_problem() =>
        SqliteFindings.SchemaVersion(1, 2).Level.ShouldBe(HealthLevel.Problem);

    private static async Task<HealthFinding> FindAsync(SqliteStore store, string name) =>
        (await store.Health.CheckAsync(ct: Ct)).Single(f => f.Name == name);
}
