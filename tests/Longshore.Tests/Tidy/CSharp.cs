using System.Text.RegularExpressions;

namespace Longshore.Tests.Tidy;

/// <summary>Just enough reading of C# for the rules: by text, so that it needs no compiler.</summary>
internal static partial class CSharp
{
    /// <summary>The code without comments.</summary>
    public static string WithoutComments(string text) => Comment().Replace(text, match =>
        match.Groups["literal"].Success ? match.Value : "");

    /// <summary>Names of the types a file declares.</summary>
    public static IEnumerable<string> TypesIn(TextFile file) =>
        Declaration().Matches(WithoutComments(file.Text)).Select(match => match.Groups[1].Value);

    /// <summary>The contents of the string literals of a text without comments.</summary>
    public static IEnumerable<string> LiteralsIn(string code) =>
        Literal().Matches(code).Select(match => match.Groups["text"].Value);

    [GeneratedRegex(
        """(?<literal>"{3}[\s\S]*?"{3}|@"([^"]|"")*"|"(\\.|[^"\\\n])*"|'(\\.|[^'\\\n])+')"""
        + """|//[^\n]*|/\*[\s\S]*?\*/""")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\b(?:class|struct|interface|enum|record(?: struct| class)?)\s+([A-Z]\w*)")]
    private static partial Regex Declaration();

    [GeneratedRegex(
        """("{3})(?<text>[\s\S]*?)"{3}|@"(?<text>([^"]|"")*)"|"(?<text>(\\.|[^"\\\n])*)" """,
        RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Literal();
}
