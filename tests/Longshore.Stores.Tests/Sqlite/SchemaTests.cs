using Longshore.Sqlite;
using Longshore.Sqlite.Interop;
using Longshore.Tests.Tidy;

namespace Longshore.Stores.Tests.Sqlite;

public sealed class SchemaTests
{
    [Fact]
    public async Task Fresh_database_has_the_schema_that_is_committed()
    {
        using var database = new TemporaryDatabase();
        await database.Open().DisposeAsync();
        using var connection = new Connection(database.Path, readOnly: true);
        var dump = Schema.Dump(connection, SqliteStore.Sql);
        Generated.ShouldBe("src/Longshore.Sqlite/schema.sql", dump);
    }

    [Fact]
    public async Task Opening_again_applies_nothing_twice_and_keeps_the_record()
    {
        using var database = new TemporaryDatabase();
        await database.Open().DisposeAsync();
        await database.Open().DisposeAsync();
        using var connection = new Connection(database.Path, readOnly: true);
        using var read = connection.Prepare("select count(*), max(number) from migrations");
        read.Read().ShouldBeTrue();
        read.Long(0).ShouldBe(Schema.Migrations.Count);
        read.Long(1).ShouldBe(Schema.Migrations.Count);
    }

    [Theory]
    [InlineData("insert into migrations values (9999, 'future', 'x', 0)", "newer Longshore")]
    [InlineData("update migrations set checksum = 'altered'", "not the one that was applied")]
    public async Task Schema_that_is_not_ours_is_refused_with_the_reason(string damage, string reason)
    {
        using var database = new TemporaryDatabase();
        await database.Open().DisposeAsync();
        using (var connection = new Connection(database.Path, readOnly: false))
        {
            connection.Execute(damage);
        }

        var error = Should.Throw<LongshoreException>(() => database.Open());
        error.Code.ShouldBe(ErrorCode.StoreUnusable);
        error.Message.ShouldContain(reason);
    }

    [Fact]
    public void File_that_is_no_database_is_refused()
    {
        using var database = new TemporaryDatabase();
        File.WriteAllText(database.Path, new string('x', 5000));
        Should.Throw<LongshoreException>(() => database.Open()).Code.ShouldBe(ErrorCode.StoreUnusable);
    }

    [Theory]
    [InlineData(":memory:")]
    [InlineData("file::memory:?cache=shared")]
    [InlineData(" ")]
    public void Path_that_names_no_file_is_refused(string path) =>
        Should.Throw<LongshoreException>(() => SqliteStore.Open(new SqliteOptions { Path = path }))
            .Code.ShouldBe(ErrorCode.InvalidInput);
}
