using System.Text.RegularExpressions;

namespace Longshore.Tests.Tidy;

/// <summary>Rules that look at one file at a time.</summary>
public sealed partial class FileTests
{
    private const int LineLengthMax = 120;
    private const int FileLinesMax = 600;

    private static readonly string[] KnownRootEntries =
    [
        ".ci", ".editorconfig", ".gitattributes", ".gitignore", "AGENTS.md", "BannedSymbols.txt", "CHANGELOG.md",
        "Directory.Build.props", "Directory.Packages.props", "LICENSE", "Longshore.slnx", "README.md", "SECURITY.md",
        "bench", "docs", "global.json", "samples", "src", "test", "tests",
    ];

    /// <summary>Files that may be longer than the rest, each with the reason.</summary>
    private static readonly Dictionary<string, string> LongFiles = new(StringComparer.Ordinal)
    {
        ["src/Longshore.Sqlite/schema.sql"] = "generated from all migrations",
    };

    /// <summary>Words that say nothing, and words for which Longshore has another one.</summary>
    private static readonly string[] BannedWords =
        ["Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Common", "Impl", "Job", "Worker"];

    private static readonly string[] LinedEndings = [".cs", ".sql", ".ts", ".css", "/test", "/run"];

    [Fact]
    public void Keep_lines_within_120_columns() => Repository.ShouldHold(
        $"A line has at most {LineLengthMax} characters:",
        Repository.Files
            .Where(file => LinedEndings.Any(ending => ("/" + file.Path).EndsWith(ending, StringComparison.Ordinal)))
            .Where(file => file.Name != "schema.sql")
            .SelectMany(file => file.LinesWhere(line => line.Length > LineLengthMax)));

    [Fact]
    public void Keep_files_within_600_lines() => Repository.ShouldHold(
        $"A file has at most {FileLinesMax} lines (exceptions are named, with a reason, in {nameof(LongFiles)}):",
        Repository.Files
            .Where(file => LinedEndings.Any(ending => ("/" + file.Path).EndsWith(ending, StringComparison.Ordinal)))
            .Where(file => file.Lines.Length > FileLinesMax && !LongFiles.ContainsKey(file.Path))
            .Select(file => $"{file.Path}: {file.Lines.Length}"));

    [Fact]
    public void Keep_most_source_files_short()
    {
        var lengths = Repository.With(".cs", "src").Select(file => file.Lines.Length).Order().ToArray();

        lengths[lengths.Length / 2].ShouldBeLessThanOrEqualTo(100, "the median length of the files in src");
        lengths[lengths.Length * 9 / 10].ShouldBeLessThanOrEqualTo(300, "nine in ten files in src");
    }

    [Fact]
    public void Keep_the_root_folder_to_its_known_entries() => Repository.ShouldHold(
        $"New entries in the root folder are rare; {nameof(KnownRootEntries)} lists them:",
        Repository.RootEntries().Except(KnownRootEntries, StringComparer.Ordinal));

    [Fact]
    public void Name_namespaces_after_folders() => Repository.ShouldHold(
        "A file's namespace is its project and folder:",
        Repository.With(".cs").Where(file => !file.IsUnder("samples")).SelectMany(file =>
            NamespaceLine().Matches(file.Text)
                .Select(match => match.Groups[1].Value)
                .Where(name => name != NamespaceOf(file))
                .Select(name => $"{file.Path}: {name}, not {NamespaceOf(file)}")));

    [Fact]
    public void Name_types_and_files_after_what_they_do() => Repository.ShouldHold(
        $"Names avoid {string.Join(", ", BannedWords)}: say what the thing does, in the project's vocabulary:",
        Repository.With(".cs")
            .SelectMany(file => CSharp.TypesIn(file).Append(Path.GetFileNameWithoutExtension(file.Name))
                .Distinct(StringComparer.Ordinal)
                .Where(name => PascalWord().Matches(name).Any(word => BannedWords.Contains(word.Value)))
                .Select(name => $"{file.Path}: {name}")));

    [Fact]
    public void Leave_nothing_to_be_done_later()
    {
        string[] marks = ["TO" + "DO", "FIX" + "ME", "HA" + "CK", "NotImplemented" + "Exception"];
        Repository.ShouldHold(
            "What is not finished is not committed:",
            Repository.Files.SelectMany(file => file.LinesWhere(line =>
                marks.Any(mark => line.Contains(mark, StringComparison.Ordinal)))));
    }

    [Fact]
    public void Name_no_path_of_one_machine()
    {
        string[] paths = ["/wo" + "rk/", "/fa" + "rm/", "/ro" + "ot/", "/ho" + "me/", @":\Us" + "ers"];
        Repository.ShouldHold(
            "A path of one machine means nothing on another:",
            Repository.Files.SelectMany(file => file.LinesWhere(line =>
                paths.Any(path => line.Contains(path, StringComparison.Ordinal)))));
    }

    [Fact]
    public void Record_no_download_host_in_lock_files() => Repository.ShouldHold(
        "A lock file says what is needed, not from where:",
        Repository.With("lock.json").SelectMany(file => file.LinesWhere(line =>
            line.Contains("://", StringComparison.Ordinal))));

    [Fact]
    public void Write_to_the_console_only_from_the_command_line() => Repository.ShouldHold(
        "Libraries log; only the CLI writes to the console:",
        Repository.With(".cs", "src")
            .Where(file => !file.IsUnder("src/Longshore.Cli"))
            .SelectMany(file => file.LinesWhere(line => ConsoleUse().IsMatch(line))));

    private static string NamespaceOf(TextFile file) =>
        string.Join('.', file.Folder.Split('/').Skip(1));

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex("[A-Z][a-z0-9]*")]
    private static partial Regex PascalWord();

    [GeneratedRegex(@"(?<![\w.])(System\.)?Console\.")]
    private static partial Regex ConsoleUse();
}
