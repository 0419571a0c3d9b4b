using System.Text.Json;

namespace Longshore.Stores.Tests;

/// <summary>Compares by content: records that hold lists are only equal when the lists are the same object.</summary>
internal static class Same
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static string Json<T>(T value) => JsonSerializer.Serialize(value, Indented);
}
