using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Longshore.Tests.Tidy;

/// <summary>Who may use whom: folders inside the engine, and projects.</summary>
public sealed partial class LayerTests
{
    private static readonly string[] Domain = ["Capabilities", "Tasks", "Agents"];

    /// <summary>Which folders of src/Longshore a folder may use. The root composes and may use them all.</summary>
    private static readonly Dictionary<string, string[]> Folders = new(StringComparer.Ordinal)
    {
        ["Capabilities"] = [],
        ["Tasks"] = ["Capabilities"],
        ["Agents"] = ["Capabilities", "Tasks"],
        ["Events"] = ["Tasks"],
        ["Matching"] = Domain,
        ["Routing"] = Domain,
        ["Assignments"] = Domain,
        ["Help"] = Domain,
        ["Rules"] = [.. Domain, "Assignments", "Routing"],
        ["Schedules"] = Domain,
        ["Workflows"] = [.. Domain, "Events", "Routing"],
        ["Storage"] =
            [.. Domain, "Events", "Matching", "Assignments", "Help", "Rules", "Schedules", "Workflows"],
        ["Alerts"] = Domain,
        ["Explain"] = [.. Domain, "Matching", "Routing", "Assignments", "Rules", "Storage", "Workflows"],
        ["Planning"] = [.. Domain, "Matching", "Routing", "Assignments", "Rules", "Storage", "Explain"],
        ["Telemetry"] = ["Tasks"],
        ["Engine"] =
        [
            .. Domain, "Events", "Matching", "Routing", "Assignments", "Rules", "Schedules", "Storage", "Explain",
            "Planning", "Telemetry", "Alerts",
        ],
        ["Simulation"] =
            [.. Domain, "Matching", "Routing", "Assignments", "Rules", "Storage", "Engine", "Client", "Telemetry"],
        ["Client"] =
        [
            .. Domain, "Alerts", "Events", "Help", "Matching", "Routing", "Assignments", "Rules", "Schedules",
            "Storage", "Explain", "Planning", "Telemetry", "Workflows",
        ],
    };

    /// <summary>Uses beyond the table, each with the reason.</summary>
    private static readonly Dictionary<(string File, string Uses), string> Exceptions = new()
    {
        [("Capabilities/*", "Tasks.Limits")] = "every maximum stands in one file",
        [("Engine/LongshoreEngine.cs", "Client")] = "the engine hands out its façade",
        [("Client/LocalClient*", "Engine")] = "the façade in process is a thin layer over the engine",
    };

    /// <summary>Which projects a project may reference, and which packages, by prefix.</summary>
    private static readonly Dictionary<string, (string[] Projects, string[] Packages)> Projects =
        new(StringComparer.Ordinal)
        {
            ["Longshore"] = ([], ["Microsoft.Extensions."]),
            ["Longshore.Hosting"] = (["Longshore"], ["Microsoft.Extensions."]),
            ["Longshore.Sqlite"] = (["Longshore"], ["SQLitePCLRaw."]),
            ["Longshore.Postgres"] = (["Longshore"], ["Npgsql"]),
            ["Longshore.Server"] = (["Longshore"], ["Microsoft.AspNetCore.", "OpenTelemetry"]),
            ["Longshore.Cli"] = (
                ["Longshore", "Longshore.Hosting", "Longshore.Postgres", "Longshore.Server", "Longshore.Sqlite"],
                ["System.CommandLine", "Spectre.Console"]),
        };

    private static readonly Lazy<HashSet<(string Folder, string Type)>> TypesByFolder = new(() =>
        [.. EngineFiles().SelectMany(file => CSharp.TypesIn(file).Select(type => (FolderOf(file), type)))]);

    [Fact]
    public void Give_every_folder_of_the_engine_a_place_in_the_table() => Repository.ShouldHold(
        $"{nameof(Folders)} says who may use whom; add the new folder:",
        EngineFiles().Select(FolderOf).Distinct().Where(folder => folder != "" && !Folders.ContainsKey(folder)));

    [Fact]
    public void Use_only_the_folders_below() => Repository.ShouldHold(
        "A folder of src/Longshore uses only those the table allows:",
        from file in EngineFiles()
        let folder = FolderOf(file)
        where Folders.ContainsKey(folder)
        from use in UsesOf(file).Distinct()
        where use.Folder != folder && !Folders[folder].Contains(use.Folder) && !IsExcepted(file, use)
        select $"{file.Path} uses {use.Folder}{(use.Type is null ? "" : "." + use.Type)}");

    [Fact]
    public void Keep_the_engine_out_of_global_usings() => Repository.ShouldHold(
        "Global usings would hide who uses whom:",
        Repository.With(".cs", "src").SelectMany(file => file.LinesWhere(line =>
                line.StartsWith("global using Longshore", StringComparison.Ordinal)))
            .Concat(Repository.With(".csproj", "src").SelectMany(file => file.LinesWhere(line =>
                line.Contains("<Using Include=\"Longshore", StringComparison.Ordinal)))));

    [Fact]
    public void Reference_no_project_sideways() => Repository.ShouldHold(
        $"{nameof(Projects)} says which project may reference which:",
        from file in Repository.With(".csproj", "src")
        let name = Path.GetFileNameWithoutExtension(file.Name)
        let allowed = Projects.GetValueOrDefault(name, ([], []))
        from reference in Included(file, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path))
        where !allowed.Projects.Contains(reference)
        select $"{name} → {reference}");

    [Fact]
    public void Reference_only_the_packages_of_the_table() => Repository.ShouldHold(
        $"A project exists to keep its dependencies out of the others; {nameof(Projects)} lists them:",
        from file in Repository.With(".csproj", "src")
        let name = Path.GetFileNameWithoutExtension(file.Name)
        let allowed = Projects.GetValueOrDefault(name, ([], []))
        from package in Included(file, "PackageReference")
        where !allowed.Packages.Any(prefix => package.StartsWith(prefix, StringComparison.Ordinal))
        select $"{name} → {package}");

    [Fact]
    public void Let_only_the_command_line_name_a_store() => Repository.ShouldHold(
        "Engine, server and hosting work over any store:",
        from file in Repository.With(".cs", "src")
        where !file.IsUnder("src/Longshore.Cli") && !file.IsUnder("src/Longshore.Sqlite")
            && !file.IsUnder("src/Longshore.Postgres")
        where StoreName().IsMatch(CSharp.WithoutComments(file.Text))
        select file.Path);

    [Fact]
    public void Put_every_project_into_the_solution()
    {
        var listed = Repository.Files.Single(file => file.Path == "Longshore.slnx").Text;
        Repository.ShouldHold(
            "Longshore.slnx lists every project:",
            Repository.With(".csproj").Select(file => file.Path)
                .Where(path => !listed.Contains($"\"{path}\"", StringComparison.Ordinal)));
    }

    private static IEnumerable<TextFile> EngineFiles() => Repository.With(".cs", "src/Longshore");

    private static string FolderOf(TextFile file) => file.Folder.Split('/').ElementAtOrDefault(2) ?? "";

    // C# finds a sibling namespace's type without any using: inside Longshore.Engine, `Storage.IStore` compiles.
    private static IEnumerable<(string Folder, string? Type)> UsesOf(TextFile file)
    {
        var code = CSharp.WithoutComments(file.Text);
        foreach (Match match in UsingLine().Matches(code))
        {
            var type = match.Groups["rest"].Value.TrimStart('.');
            yield return (match.Groups["folder"].Value, type.Length == 0 || !IsType(match) ? null : type);
        }

        foreach (Match match in Qualified().Matches(UsingLine().Replace(code, "")))
        {
            if (IsType(match))
            {
                yield return (match.Groups["folder"].Value, match.Groups["rest"].Value.TrimStart('.'));
            }
        }

        static bool IsType(Match match) => TypesByFolder.Value.Contains(
            (match.Groups["folder"].Value, match.Groups["rest"].Value.TrimStart('.')));
    }

    private static bool IsExcepted(TextFile file, (string Folder, string? Type) use) => Exceptions.Keys.Any(known =>
        System.IO.Enumeration.FileSystemName.MatchesSimpleExpression("src/Longshore/" + known.File, file.Path)
        && (known.Uses == use.Folder || known.Uses == $"{use.Folder}.{use.Type}"));

    private static IEnumerable<string> Included(TextFile project, string element) =>
        XDocument.Parse(project.Text).Descendants(element).Select(item => (string)item.Attribute("Include")!);

    [GeneratedRegex(
        @"^using (?:static |\w+ = )?Longshore\.(?<folder>\w+)(?<rest>\.\w+)?[\w.]*;",
        RegexOptions.Multiline)]
    private static partial Regex UsingLine();

    [GeneratedRegex(@"(?<![\w.])(?:global::)?(?:Longshore\.)?(?<folder>[A-Z]\w+)(?<rest>\.[A-Z]\w+)")]
    private static partial Regex Qualified();

    [GeneratedRegex(@"\b(Longshore\.Sqlite|UseSqlite|SqliteStore)\b")]
    private static partial Regex StoreName();
}
