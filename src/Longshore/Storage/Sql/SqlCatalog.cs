using System.Collections.Frozen;
using System.Reflection;

namespace Longshore.Storage.Sql;

/// <summary>Named queries from embedded <c>.sql</c> files: each begins with a line <c>-- name: the_name</c>.</summary>
internal sealed class SqlCatalog
{
    private const string Header = "-- name: ";
    private readonly FrozenDictionary<string, string> _queries;

    private SqlCatalog(Dictionary<string, string> queries) =>
        _queries = queries.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The text of a query.</summary>
    public string this[string name] => _queries.TryGetValue(name, out var sql)
        ? sql
        : throw new InvalidOperationException($"there is no query named '{name}' in the .sql files");

    public IReadOnlyCollection<string> Names => _queries.Keys;

    /// <summary>Reads every <c>Sql/*.sql</c> resource of an assembly.</summary>
    /// <param name="assembly">Where the files are embedded.</param>
    /// <param name="adapt">Changes each text, for a schema of another name, say.</param>
    public static SqlCatalog Load(Assembly assembly, Func<string, string>? adapt = null)
    {
        var queries = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var resource in Resources(assembly, "Sql/"))
        {
            foreach (var part in ("\n" + Read(assembly, resource)).Split("\n" + Header).Skip(1))
            {
                var lineEnd = part.IndexOf('\n', StringComparison.Ordinal);
                var text = part[(lineEnd + 1)..].Trim();
                queries.Add(part[..lineEnd].Trim(), adapt is null ? text : adapt(text));
            }
        }

        return new SqlCatalog(queries);
    }

    /// <summary>Names of the embedded resources under a folder, in order.</summary>
    public static IEnumerable<string> Resources(Assembly assembly, string folder) =>
        assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(folder, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    /// <summary>The text of an embedded resource, with line feeds.</summary>
    public static string Read(Assembly assembly, string resource)
    {
        using var stream = assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"the resource '{resource}' is not embedded");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
