using System.Globalization;
using Longshore.Client.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Longshore.Server.Http;

/// <summary>Reads query parameters; one that is misspelt or malformed is an error, not silence.</summary>
internal sealed class QueryString
{
    private readonly IQueryCollection _query;

    public QueryString(HttpRequest request, params string[] known)
    {
        _query = request.Query;
        foreach (var name in _query.Keys)
        {
            if (!known.Contains(name, StringComparer.Ordinal))
            {
                throw LongshoreException.Invalid(
                    name, $"there is no such parameter; there are {string.Join(", ", known)}");
            }
        }
    }

    public string? Text(string name) => _query.TryGetValue(name, out var values) ? Single(name, values) : null;

    /// <summary>Every value of a repeated parameter.</summary>
    public IReadOnlyList<string> List(string name) => [.. _query[name].OfType<string>()];

    /// <summary>Every value of a repeated or comma-separated parameter.</summary>
    public IReadOnlyList<string> Split(string name) =>
        [.. List(name).SelectMany(v => v.Split(',', StringSplitOptions.RemoveEmptyEntries))];

    public long? Long(string name) => Text(name) is not { } text ? null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value
        : throw LongshoreException.Invalid(name, $"'{text}' is not a whole number");

    public int? Int(string name) => Long(name) is not { } value ? null
        : value is >= int.MinValue and <= int.MaxValue ? (int)value
        : throw LongshoreException.Invalid(name, $"{value} is out of range");

    public double? Number(string name) => Text(name) is not { } text ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && double.IsFinite(value)
            ? value
            : throw LongshoreException.Invalid(name, $"'{text}' is not a number");

    public bool? Flag(string name) => Text(name) switch
    {
        null => null,
        "true" => true,
        "false" => false,
        var text => throw LongshoreException.Invalid(name, $"'{text}' is neither true nor false"),
    };

    public T? Word<T>(string name)
        where T : struct, Enum => Text(name) is { } text ? Words.Parse<T>(text, name) : null;

    private static string Single(string name, StringValues values) => values.Count == 1
        ? values.ToString()
        : throw LongshoreException.Invalid(name, "is given more than once");
}
