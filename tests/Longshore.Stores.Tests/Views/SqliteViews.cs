namespace Longshore.Stores.Tests.Views;

public sealed class SqliteViews : SqlViews<SqliteSource>
{
    protected override IReadOnlyList<string> Damages =>
    [
        "update classes set requires = 'not json'",
        "update agents set capabilities = '[1, \"x\", {\"level\": 2}'",
        "update agents set capabilities = '[1, \"x\", {\"level\": 2}]', unavailable = 'none'",
        "update tasks set created_us = -1, name = null",
        "update ready set failures = 99, priority = 0",
    ];

    protected override async Task<IReadOnlyList<string?>> ColumnsOf(string view) =>
        [.. (await Source.QueryAsync(1, $"select name from pragma_table_info('{view}') order by cid"))
            .Select(row => row[0])];
}
