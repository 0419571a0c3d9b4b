using System.Globalization;
using System.Text.RegularExpressions;

namespace Longshore.Tests.Tidy;

/// <summary>The page of requirements is complete, and what it names exists.</summary>
public sealed partial class RequirementsPageTests
{
    private static readonly (string Source, int Count)[] Sources =
        [("S0.", 130), ("S1.", 78), ("S2.", 65), ("S3.", 78), ("S4.", 63), ("X", 12)];

    private static readonly TextFile Page =
        Repository.Files.Single(file => file.Path == "docs/requirements.md");

    [Fact]
    public void Page_has_every_number_once_and_in_order()
    {
        var listed = Page.Lines.SelectMany(NumbersOf).ToList();

        listed.ShouldBe(Sources.SelectMany(source =>
            Enumerable.Range(1, source.Count).Select(n => Number(source.Source, n))));
    }

    [Fact]
    public void Page_names_only_types_and_files_that_exist()
    {
        var known = Repository.With(".cs")
            .SelectMany(file => CSharp.TypesIn(file).Append(Path.GetFileNameWithoutExtension(file.Name)))
            .Concat(Repository.Files.Select(file => file.Name))
            .ToHashSet(StringComparer.Ordinal);
        Repository.ShouldHold(
            "docs/requirements.md says where a demand is met; this is not there:",
            from Match code in Code().Matches(Page.Text)
            let name = code.Groups["file"].Success ? code.Groups["file"].Value : code.Groups["type"].Value
            where !known.Contains(name)
            select code.Value);
    }

    private static IEnumerable<string> NumbersOf(string line)
    {
        var match = Row().Match(line);
        if (!match.Success)
        {
            return [];
        }

        var source = match.Groups["source"].Value;
        var first = int.Parse(match.Groups["first"].Value, CultureInfo.InvariantCulture);
        var last = match.Groups["last"].Success
            ? int.Parse(match.Groups["last"].Value, CultureInfo.InvariantCulture)
            : first;
        return Enumerable.Range(first, last - first + 1).Select(n => Number(source, n));
    }

    private static string Number(string source, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{source}{number}");

    [GeneratedRegex(@"^\| (?<source>S[0-4]\.|X)(?<first>\d+)(–\k<source>(?<last>\d+))? \|")]
    private static partial Regex Row();

    [GeneratedRegex(@"`((?<file>[A-Z]\w+\.(txt|cs|md))|(?<type>[A-Z]\w+)(\.[A-Z]\w+)?)`")]
    private static partial Regex Code();
}
