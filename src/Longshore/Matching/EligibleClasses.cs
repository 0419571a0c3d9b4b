using Longshore.Agents;
using Longshore.Capabilities;

namespace Longshore.Matching;

/// <summary>
/// The classes one agent may do, computed once and extended when new classes have appeared. Not safe for concurrent
/// use.
/// </summary>
/// <param name="agent">What it said of itself.</param>
/// <param name="capabilities">What it can use now.</param>
/// <param name="among">Only of these classes; null for all.</param>
internal sealed class EligibleClasses(
    AgentRegistration agent, CapabilitySet capabilities, Predicate<TaskClass>? among = null)
{
    // A longer list would not be walked: with so many eligible classes the descent of all heads is cheaper.
    private const int ListMax = 4096;

    private List<int>? _list = [];
    private Dictionary<string, List<int>>? _byKind;
    private ulong[] _bits = [];
    private int _seen;

    /// <summary>The capabilities this was computed from; expired ones are not among them.</summary>
    public CapabilitySet Capabilities { get; } = capabilities;

    /// <summary>Takes in the classes that appeared since the last call.</summary>
    public EligibleClasses CatchUp(ClassIndex classes)
    {
        if (_seen == classes.Count)
        {
            return this;
        }

        var words = (classes.Count + 63) >> 6;
        if (_bits.Length < words)
        {
            Array.Resize(ref _bits, Math.Max(words, _bits.Length + (_bits.Length / 2)));
        }

        for (; _seen < classes.Count; _seen++)
        {
            if (among?.Invoke(classes[_seen]) != false && classes[_seen].Admits(agent, Capabilities))
            {
                Add(classes[_seen]);
            }
        }

        return this;
    }

    /// <summary>Their ids, or null when there are too many to walk.</summary>
    public List<int>? List => _list;

    /// <summary>
    /// The ids of one kind. Only hosts ask, and go on asking, so the lists are kept from the first question on.
    /// </summary>
    public List<int> OfKind(string kind, ClassIndex classes)
    {
        if (_byKind is null)
        {
            _byKind = new Dictionary<string, List<int>>(StringComparer.Ordinal);
            for (var id = 0; id < _seen; id++)
            {
                if (Contains(id))
                {
                    AddToKind(classes[id]);
                }
            }
        }

        return _byKind.GetValueOrDefault(kind) ?? [];
    }

    /// <summary>
    /// Whether the agent may do a class, without catching up: asked of every agent about one class, that would
    /// stall on all new ones.
    /// </summary>
    public bool Admits(int classId, ClassIndex classes) =>
        classId < _seen
            ? Contains(classId)
            : among?.Invoke(classes[classId]) != false && classes[classId].Admits(agent, Capabilities);

    /// <summary>Whether a class is among those taken in.</summary>
    public bool Contains(int classId) =>
        classId >> 6 < _bits.Length && (_bits[classId >> 6] & (1UL << (classId & 63))) != 0;

    private void Add(TaskClass added)
    {
        _bits[added.Id >> 6] |= 1UL << (added.Id & 63);
        if (_list?.Count == ListMax)
        {
            _list = null;
        }

        _list?.Add(added.Id);
        if (_byKind is not null)
        {
            AddToKind(added);
        }
    }

    private void AddToKind(TaskClass added)
    {
        if (!_byKind!.TryGetValue(added.Key.Kind, out var ofKind))
        {
            _byKind.Add(added.Key.Kind, ofKind = []);
        }

        ofKind.Add(added.Id);
    }
}
