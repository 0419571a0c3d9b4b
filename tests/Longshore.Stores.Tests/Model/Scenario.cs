using System.Globalization;
using System.Text;

namespace Longshore.Stores.Tests.Model;

/// <summary>A sequence of steps that prints itself, so that a failure can be read and repeated.</summary>
internal sealed class Scenario(Step[] steps)
{
    public IReadOnlyList<Step> Steps => steps;

    /// <summary>Shorter sequences first, then sequences with one simpler step.</summary>
    public IEnumerable<Scenario> Simpler()
    {
        for (var length = steps.Length / 2; length >= 1; length /= 2)
        {
            for (var from = 0; from + length <= steps.Length; from += length)
            {
                yield return new Scenario([.. steps[..from], .. steps[(from + length)..]]);
            }
        }

        for (var at = 0; at < steps.Length; at++)
        {
            foreach (var simpler in steps[at].Simpler())
            {
                yield return new Scenario([.. steps[..at], simpler, .. steps[(at + 1)..]]);
            }
        }
    }

    public override string ToString()
    {
        var text = new StringBuilder().AppendLine();
        for (var i = 0; i < steps.Length; i++)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {i,3} {steps[i]}");
        }

        return text.ToString();
    }
}
