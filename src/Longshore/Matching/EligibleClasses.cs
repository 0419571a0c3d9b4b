using Longshore.Agents;
using Longshore.Capabilities;

namespace Longshore.Matching;

/// <summary>
/// The classes one agent may do, computed once and extended when new classes have appeared. Not safe for concurrent
/// use.
/// </summary>
internal sealed class EligibleClasses(AgentRegistration agent, CapabilitySet capabilities)
{
    private readonly List<int> _all = [];
    private readonly Dictionary<string, List<int>> _byKind = new(StringComparer.Ordinal);
    private ulong[] _bits = [];
    private int _seen;

    /// <summary>The capabilities this was computed from; expired ones are not among them.</summary>
    public CapabilitySet Capabilities { get; } = capabilities;

    /// <summary>
    /// The eligible class ids, after catching up with <paramref name="classes"/>; of one kind only, if given.
    /// </summary>
    public List<int> Of(ClassIndex classes, string? kind = null)
    {
        CatchUp(classes);
        return kind is null ? _all : _byKind.GetValueOrDefault(kind) ?? [];
    }

    /// <summary>Whether a class is among them. Only meaningful after <see cref="Of"/>.</summary>
    public bool Contains(int classId) =>
        classId >> 6 < _bits.Length && (_bits[classId >> 6] & (1UL << (classId & 63))) != 0;

    private void CatchUp(ClassIndex classes)
    {
        if (_seen == classes.Count)
        {
            return;
        }

        var words = (classes.Count + 63) >> 6;
        if (_bits.Length < words)
        {
            Array.Resize(ref _bits, Math.Max(words, _bits.Length * 2));
        }

        for (; _seen < classes.Count; _seen++)
        {
            var candidate = classes[_seen];
            if (!candidate.Admits(agent, Capabilities))
            {
                continue;
            }

            _bits[_seen >> 6] |= 1UL << (_seen & 63);
            _all.Add(_seen);
            if (!_byKind.TryGetValue(candidate.Key.Kind, out var ofKind))
            {
                _byKind.Add(candidate.Key.Kind, ofKind = []);
            }

            ofKind.Add(_seen);
        }
    }
}
