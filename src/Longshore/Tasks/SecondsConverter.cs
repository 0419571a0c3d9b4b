using System.Text.Json;
using System.Text.Json.Serialization;

namespace Longshore.Tasks;

/// <summary>A duration in a store's JSON, as a number of seconds.</summary>
internal sealed class SecondsConverter : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var seconds = reader.GetDouble();
        return Math.Abs(seconds) <= Limits.DurationMax.TotalSeconds
            ? TimeSpan.FromMicroseconds(Math.Round(seconds * 1e6))
            : throw new JsonException($"a duration of {seconds} seconds is out of range");
    }

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.TotalSeconds);
}
