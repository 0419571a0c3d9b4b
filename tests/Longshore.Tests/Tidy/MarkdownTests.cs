using System.Text.RegularExpressions;

namespace Longshore.Tests.Tidy;

/// <summary>Pages that people read: one title each, and links that lead somewhere.</summary>
public sealed partial class MarkdownTests
{
    [Fact]
    public void Give_every_page_one_title() => Repository.ShouldHold(
        "A page has exactly one line that begins with \"# \":",
        from page in Repository.With(".md")
        let titles = Prose(page).Count(line => line.StartsWith("# ", StringComparison.Ordinal))
        where titles != 1
        select $"{page.Path}: {titles}");

    [Fact]
    public void Link_only_to_what_exists() => Repository.ShouldHold(
        "A relative link leads to a file or folder, and its fragment to a heading of that page:",
        from page in Repository.With(".md")
        from line in Prose(page)
        from Match link in Link().Matches(InlineCode().Replace(line, ""))
        let target = link.Groups[1].Value
        where !target.Contains("://", StringComparison.Ordinal)
            && !target.StartsWith("mailto:", StringComparison.Ordinal)
        where !Leads(page, target)
        select $"{page.Path}: {target}");

    [Fact]
    public void Show_in_the_readme_the_sample_that_compiles()
    {
        var readme = Repository.Files.Single(file => file.Path == "README.md").Text;
        var sample = Repository.Files.Single(file => file.Path == "samples/Hello/Program.cs").Text;

        CSharpBlock().Matches(readme).Select(block => block.Groups[1].Value).ShouldBe([sample]);
    }

    private static bool Leads(TextFile page, string target)
    {
        var parts = target.Split('#', 2);
        var path = parts[0].Length == 0
            ? page.Path
            : Path.GetRelativePath(".", Path.Combine(page.Folder, parts[0])).Replace('\\', '/');
        if (!Repository.Exists(path))
        {
            return false;
        }

        var linked = Repository.Files.FirstOrDefault(file => file.Path == path);
        return parts.Length == 1 || linked is null || !path.EndsWith(".md", StringComparison.Ordinal)
            || Prose(linked).Where(line => line.StartsWith('#')).Any(line => Fragment(line) == parts[1]);
    }

    // As the usual renderers make it: lower case, blanks as hyphens, other punctuation dropped.
    private static string Fragment(string heading) =>
        Dropped().Replace(heading.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-');

    private static IEnumerable<string> Prose(TextFile page)
    {
        var inFence = false;
        foreach (var line in page.Lines)
        {
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal))
            {
                inFence = !inFence;
            }
            else if (!inFence)
            {
                yield return line;
            }
        }
    }

    [GeneratedRegex(@"\[[^\]]*\]\(<?([^)\s>]+)>?[^)]*\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^```csharp\n([\s\S]*?)^```", RegexOptions.Multiline)]
    private static partial Regex CSharpBlock();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Dropped();
}
