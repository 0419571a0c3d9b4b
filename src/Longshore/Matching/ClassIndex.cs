using System.Diagnostics.CodeAnalysis;
using Longshore.Capabilities;

namespace Longshore.Matching;

/// <summary>
/// All task classes a node knows. Append-only: ids stay valid and say how much of the index somebody has seen.
/// </summary>
internal sealed class ClassIndex
{
    private readonly Dictionary<ClassKey, TaskClass> _byKey = [];
    private readonly List<TaskClass> _classes = [];

    // Hundreds of thousands of classes are made of a few hundred requirements.
    private readonly Dictionary<Requirement, Requirement> _requirements = [];

    public int Count => _classes.Count;

    public TaskClass this[int id] => _classes[id];

    public bool TryGet(ClassKey key, [NotNullWhen(true)] out TaskClass? found) => _byKey.TryGetValue(key, out found);

    /// <summary>Adds a class that is not there yet.</summary>
    public TaskClass Add(ClassKey key)
    {
        var shared = key with { Requires = [.. key.Requires.Select(Shared)] };
        var added = new TaskClass(_classes.Count, shared);
        _byKey.Add(shared, added);
        _classes.Add(added);
        return added;
    }

    /// <summary>Forgets the classes from <paramref name="count"/> on: their insert was rolled back.</summary>
    public void Truncate(int count)
    {
        for (var id = _classes.Count - 1; id >= count; id--)
        {
            _byKey.Remove(_classes[id].Key);
            _classes.RemoveAt(id);
        }
    }

    private Requirement Shared(Requirement requirement)
    {
        if (!_requirements.TryGetValue(requirement, out var shared))
        {
            _requirements.Add(requirement, shared = requirement);
        }

        return shared;
    }
}
