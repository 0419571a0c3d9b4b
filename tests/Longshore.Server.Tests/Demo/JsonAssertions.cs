using System.Globalization;
using System.Text.Json.Nodes;

namespace Longshore.Server.Tests.Demo;

/// <summary>What a document says.</summary>
internal static class JsonAssertions
{
    public static void ShouldHave(this JsonObject document, params (string Key, object Value)[] members)
    {
        foreach (var (key, value) in members)
        {
            var found = document[key]?.ToString();
            found.ShouldBe(Convert.ToString(value, CultureInfo.InvariantCulture), $"{key} in {document}");
        }
    }
}
