namespace Longshore.Tests.Tidy;

/// <summary>Files of the repository that are written by a test and verified by it ever after.</summary>
internal static class Generated
{
    public const string HowToUpdate = "LONGSHORE_UPDATE=1 ./test";

    /// <summary>True when generated files are to be written anew.</summary>
    public static bool IsUpdating => Environment.GetEnvironmentVariable("LONGSHORE_UPDATE") == "1";

    /// <summary>Verifies that a file says <paramref name="expected"/>, or makes it say so.</summary>
    public static void ShouldBe(string path, string expected)
    {
        var full = Path.Combine(SourceTree.Root, path);
        if (IsUpdating)
        {
            File.WriteAllText(full, expected);
        }

        var present = File.Exists(full) ? File.ReadAllText(full).ReplaceLineEndings("\n") : "";
        present.ShouldBe(expected, $"{path} is generated; write it anew by {HowToUpdate}");
    }
}
