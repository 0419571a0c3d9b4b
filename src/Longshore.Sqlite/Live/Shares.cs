using Longshore.Agents;
using Longshore.Matching;
using Longshore.Rules;

namespace Longshore.Sqlite.Live;

/// <summary>
/// What namespaces weigh beside each other, and whose turn it is. The weights are rules; the turns are kept in memory
/// alone: after a restart all begin alike. Guarded by <see cref="LiveIndex.Gate"/>.
/// </summary>
internal sealed class Shares(ClassIndex classes)
{
    private readonly Dictionary<string, int> _weights = new(StringComparer.Ordinal);
    private readonly List<string> _groupByClass = [];

    /// <summary>Whose turn it is.</summary>
    public ShareTags Tags { get; private set; } = ShareTags.Empty;

    /// <summary>The agent chooses among namespaces of which one at least has a share.</summary>
    public bool Concerns(AgentRegistration agent) =>
        _weights.Count > 0 && agent.Namespaces.Count > 1 && agent.Namespaces.Any(_weights.ContainsKey);

    /// <summary>The group that a class belongs to.</summary>
    public string GroupOf(int classId)
    {
        for (var id = _groupByClass.Count; id <= classId; id++)
        {
            var name = classes[id].Key.Namespace;
            _groupByClass.Add(_weights.ContainsKey(name) ? name : ShareTags.Others);
        }

        return _groupByClass[classId];
    }

    /// <summary>A claim begins to pick.</summary>
    public void Begin() => Tags = Tags.Begun();

    /// <summary>A task of a group is given out.</summary>
    public void Serve(string group) => Tags = Tags.Served(group, _weights.GetValueOrDefault(group, 1));

    /// <summary>Takes in what is decided about a namespace.</summary>
    public void Decide(string @namespace, NamespaceRules rules)
    {
        _weights.Remove(@namespace, out var before);
        if (rules.Share is { } weight)
        {
            _weights.Add(@namespace, weight);
        }

        if (before != (rules.Share ?? 0))
        {
            Tags = Tags.Without(@namespace);
            _groupByClass.Clear();
        }
    }

    /// <summary>Forgets what is read from the tables again.</summary>
    public void Clear()
    {
        _weights.Clear();
        _groupByClass.Clear();
    }
}
