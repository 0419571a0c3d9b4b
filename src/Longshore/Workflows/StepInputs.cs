using System.Text.Json;
using Longshore.Tasks;

namespace Longshore.Workflows;

/// <summary>What steps hand on.</summary>
internal static class StepInputs
{
    /// <summary>An object with the results of steps, by their names.</summary>
    public static JsonText Of(IEnumerable<(string Name, JsonText Result)> done)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            foreach (var (name, result) in done)
            {
                json.WritePropertyName(name);
                if (result.IsNone)
                {
                    json.WriteNullValue();
                }
                else
                {
                    json.WriteRawValue(result.Utf8, skipInputValidation: true);
                }
            }

            json.WriteEndObject();
        }

        return JsonText.Trusted(text.ToArray());
    }
}
