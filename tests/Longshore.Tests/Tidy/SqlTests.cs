using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Longshore.Tests.Tidy;

/// <summary>SQL stands in .sql files under names, and what was applied to somebody's database never changes.</summary>
public sealed partial class SqlTests
{
    private static readonly string[] StatementWords =
        ["pragma", "begin", "commit", "rollback", "savepoint", "release", "attach", "detach", "vacuum"];

    /// <summary>Measures what the database can do without Longshore around it.</summary>
    private const string BareDatabase = "src/Longshore.Cli/Bench/BareSqlite.cs";

    [Fact]
    public void Use_every_named_query_exactly_once() => Repository.ShouldHold(
        "A query is defined once and used at one place; two users share the piece of code that uses it:",
        from project in SqlProjects()
        let literals = Literals(project).ToLookup(name => name, StringComparer.Ordinal)
        from query in Queries(project)
        let uses = literals[query.Key].Count()
        where uses != 1 || query.Count() != 1
        select $"{project}: {query.Key} is defined {query.Count()} times and used {uses} times");

    [Fact]
    public void Define_every_query_that_is_used() => Repository.ShouldHold(
        "A query that code asks for stands in a .sql file:",
        from project in SqlProjects()
        let defined = Queries(project).Select(query => query.Key).ToHashSet(StringComparer.Ordinal)
        from file in Repository.With(".cs", project)
        from Match lookup in CatalogLookup().Matches(CSharp.WithoutComments(file.Text))
        from name in CSharp.LiteralsIn(lookup.Value)
        where !defined.Contains(name)
        select $"{file.Path}: {name}");

    [Fact]
    public void Write_no_sql_in_code() => Repository.ShouldHold(
        "SQL belongs into .sql files; only transactions and pragmas of a store stand in its code:",
        from file in Repository.With(".cs", "src")
        from text in CSharp.LiteralsIn(CSharp.WithoutComments(file.Text))
        let isSetting = StatementWords.Contains(text.TrimStart().Split(' ', 2)[0].ToLowerInvariant())
            && (SqlProjects().Any(file.IsUnder) || file.Path == BareDatabase)
        where Statement().IsMatch(text) && !isSetting
        select $"{file.Path}: {text}");

    [Fact]
    public void Number_migrations_without_gaps() => Repository.ShouldHold(
        "Migrations are named NNNN_words.sql, from 0001, without gaps:",
        from folder in Migrations()
        from entry in folder.Select((file, index) => (file.Name, Number: index + 1))
        where !MigrationName().IsMatch(entry.Name)
            || !entry.Name.StartsWith($"{entry.Number:0000}_", StringComparison.Ordinal)
        select $"{folder.Key}: {entry.Name} stands at number {entry.Number}");

    [Fact]
    public void Change_no_migration_that_is_recorded()
    {
        foreach (var folder in Migrations())
        {
            var path = Path.Combine(SourceTree.Root, folder.Key, "checksums.txt");
            var recorded = File.Exists(path) ? [.. File.ReadLines(path)] : new List<string>();
            var present = folder.Select(file => $"{Checksum(file.Text)}  {file.Name}").ToList();
            if (Generated.IsUpdating)
            {
                // Only what is new is added. A line that no longer fits stays, so that the test goes on failing.
                var known = recorded.Select(line => line.Split(' ')[^1]).ToHashSet(StringComparer.Ordinal);
                recorded.AddRange(present.Where(line => !known.Contains(line.Split(' ')[^1])));
                File.WriteAllLines(path, recorded);
            }

            Repository.ShouldHold(
                $"{folder.Key}/checksums.txt records each migration. One that was released never changes: write the "
                + $"next one instead. A new one is recorded by {Generated.HowToUpdate}. At fault:",
                present.Except(recorded).Concat(recorded.Except(present)));
        }
    }

    private static IEnumerable<string> SqlProjects() =>
        Repository.With(".sql", "src").Select(file => string.Join('/', file.Path.Split('/').Take(2))).Distinct();

    private static ILookup<string, string> Queries(string project) => Repository.With(".sql", project + "/Sql")
        .SelectMany(file => QueryName().Matches(file.Text).Select(match => (Name: match.Groups[1].Value, file.Path)))
        .ToLookup(entry => entry.Name, entry => entry.Path, StringComparer.Ordinal);

    private static IEnumerable<string> Literals(string project) => Repository.With(".cs", project)
        .SelectMany(file => CSharp.LiteralsIn(CSharp.WithoutComments(file.Text)));

    private static IEnumerable<IGrouping<string, TextFile>> Migrations() => Repository.With(".sql", "src")
        .Where(file => file.Folder.EndsWith("/Migrations", StringComparison.Ordinal))
        .GroupBy(file => file.Folder);

    private static string Checksum(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    [GeneratedRegex("^-- name: (.+)$", RegexOptions.Multiline)]
    private static partial Regex QueryName();

    [GeneratedRegex(@"\b[Ss]ql\[[^\]]*\]")]
    private static partial Regex CatalogLookup();

    [GeneratedRegex(@"^[0-9]{4}_[a-z0-9_]+\.sql$")]
    private static partial Regex MigrationName();

    [GeneratedRegex(
        @"^\s*(select\b[\s\S]*\bfrom\b|insert\s+(or\s+\w+\s+)?into\b|update\s+\w+\s+set\b|delete\s+from\b"
        + @"|(create|alter|drop)\s+(table|index|view|trigger|unique)\b|with\s+\w+\s+as\b"
        + @"|(pragma|begin|commit|rollback|savepoint|attach|detach|vacuum)(\s+\w|;|$))",
        RegexOptions.IgnoreCase)]
    private static partial Regex Statement();
}
