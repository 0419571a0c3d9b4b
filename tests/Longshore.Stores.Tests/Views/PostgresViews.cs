using Longshore.Stores.Tests.Postgres;

namespace Longshore.Stores.Tests.Views;

public sealed class PostgresViews : SqlViews<PostgresSource>
{
    protected override IReadOnlyList<string> Damages =>
    [
        "update classes set levels = '{}'",
        "update agents set levels = '{}', graces_us = '{}'",
        "update tasks set created_us = -1, name = null",
        "update ready set failures = 99, priority = 0",
    ];

    protected override async Task<IReadOnlyList<string?>> ColumnsOf(string view) =>
        [.. (await Source.QueryAsync(
                1,
                "select column_name from information_schema.columns where table_schema = current_schema() "
                + $"and table_name = '{view}' order by ordinal_position"))
            .Select(row => row[0])];
}
