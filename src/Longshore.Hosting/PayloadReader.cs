using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using Longshore.Tasks;

namespace Longshore.Hosting;

/// <summary>A payload that no attempt can ever do: the task fails at once and is not tried again (S2.18).</summary>
internal sealed class InvalidPayloadException(string message) : Exception(message);

/// <summary>Reads and validates payloads of one type: strict JSON, then DataAnnotations.</summary>
internal static class PayloadReader<TPayload>
{
    private static readonly (string Name, PropertyInfo Property, ValidationAttribute[] Rules)[] Rules = FindRules();
    private static readonly bool ChecksItself = typeof(IValidatableObject).IsAssignableFrom(typeof(TPayload));

    public static TPayload Read(JsonText payload)
    {
        TPayload? value;
        try
        {
            value = JsonSerializer.Deserialize<TPayload>(payload.IsNone ? "{}"u8 : payload.Utf8, PayloadJson.Options);
        }
        catch (JsonException e)
        {
            throw new InvalidPayloadException($"the payload is not a {typeof(TPayload).Name}: {e.Message}");
        }

        if (value is null)
        {
            throw new InvalidPayloadException($"the payload is null, not a {typeof(TPayload).Name}");
        }

        if (Rules.Length > 0 || ChecksItself)
        {
            Validate(value);
        }

        return value;
    }

    private static void Validate(TPayload value)
    {
        var broken = new List<string>();
        foreach (var (name, property, rules) in Rules)
        {
            var content = property.GetValue(value);
            var context = new ValidationContext(value!) { MemberName = property.Name, DisplayName = name };
            broken.AddRange(rules
                .Select(rule => rule.GetValidationResult(content, context)?.ErrorMessage)
                .OfType<string>()
                .Select(message => $"{name}: {message}"));
        }

        if (broken.Count == 0 && value is IValidatableObject self)
        {
            var results = self.Validate(new ValidationContext(value));
            broken.AddRange(results.Select(result => result.ErrorMessage).OfType<string>());
        }

        if (broken.Count > 0)
        {
            throw new InvalidPayloadException($"the payload is invalid: {string.Join("; ", broken)}");
        }
    }

    /// <summary>
    /// The rules of each property. On a positional record an attribute without a target sits on the constructor's
    /// parameter; its author means the property all the same.
    /// </summary>
    private static (string, PropertyInfo, ValidationAttribute[])[] FindRules()
    {
        var parameters = typeof(TPayload).GetConstructors().SelectMany(c => c.GetParameters()).ToLookup(p => p.Name);
        return [.. typeof(TPayload).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetIndexParameters().Length == 0)
            .Select(property => (
                JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name),
                property,
                property.GetCustomAttributes<ValidationAttribute>()
                    .Concat(parameters[property.Name].SelectMany(p => p.GetCustomAttributes<ValidationAttribute>()))
                    .ToArray()))
            .Where(entry => entry.Item3.Length > 0)];
    }
}
