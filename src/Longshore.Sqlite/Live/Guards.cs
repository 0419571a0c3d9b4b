using Longshore.Assignments;
using Longshore.Matching;
using Longshore.Sqlite.Interop;
using Longshore.Storage;
using Longshore.Storage.Sql;

namespace Longshore.Sqlite.Live;

/// <summary>
/// What stands between one task and one agent beyond its class: recent failure, cooldown, exclusion. Only asked of
/// flagged places: a probe for every candidate would cost two orders of magnitude of claims.
/// </summary>
internal sealed class Guards(Connection connection, SqlCatalog sql, LiveIndex live, StoreOptions options)
{
    private const PlaceFlags Asked =
        PlaceFlags.Failed | PlaceFlags.Kept | PlaceFlags.Grouped | PlaceFlags.HasDeadline;

    private readonly Statement _kept = connection.Prepare(sql["kept_get"]);
    private readonly Statement _givers = connection.Prepare(sql["kept_givers"]);
    private readonly Statement _group = connection.Prepare(sql["group_of_task"]);
    private readonly Statement _members = connection.Prepare(sql["group_members"]);
    private readonly Statement _deadline = connection.Prepare(sql["deadline_get"]);

    /// <summary>Who failed a task of late.</summary>
    public RecentFailures Failures { get; } = new(connection, sql, live, options);

    /// <summary>Called under <see cref="LiveIndex.Gate"/>.</summary>
    public bool KeepsFrom(AgentEntry agent, in Place place, long nowUs) =>
        (place.Flags & Asked) != 0
        && (IsTooLate(place, nowUs) || IsKept(agent, place, nowUs) || IsExcluded(agent, place)
            || Failures.KeepsFrom(agent, place, nowUs));

    /// <summary>Whether an agent that is about to be given one place may be given another with it.</summary>
    public bool GoTogether(in Place one, in Place other)
    {
        if ((one.Flags & other.Flags & PlaceFlags.Grouped) == 0)
        {
            return true;
        }

        var (first, second) = (live.Classes[one.ClassId].Key, live.Classes[other.ClassId].Key);
        return first.Namespace != second.Namespace || GroupOf(one.Id) != GroupOf(other.Id)
            || !live.Rules.Of(first.Namespace).Exclusion.Excludes(first.Step, second.Step);
    }

    /// <summary>Who holds or did the other tasks of a task's group, by task.</summary>
    public IReadOnlyList<GroupMember> MembersOf(long taskId, int classId)
    {
        if (GroupOf(taskId) is not { } group)
        {
            return [];
        }

        var @namespace = live.Classes[classId].Key.Namespace;
        var members = new List<GroupMember>();
        _members.Bind(group).Bind(taskId);
        while (_members.Read())
        {
            var key = live.Classes[_members.Int(1)].Key;
            if (key.Namespace == @namespace)
            {
                var agent = live.Agent(_members.Long(2)).Profile;
                members.Add(new GroupMember(
                    _members.Long(0), key.Step, agent.Name, agent.Principal, _members.Int(3) != 0));
            }
        }

        members.Sort((one, other) => one.TaskId.CompareTo(other.TaskId));
        return members;
    }

    /// <summary>Its deadline passed, whether or not somebody has noticed (S4.14).</summary>
    private bool IsTooLate(in Place place, long nowUs)
    {
        if ((place.Flags & PlaceFlags.HasDeadline) == 0)
        {
            return false;
        }

        var isTooLate = _deadline.Bind(place.Id).Read() && _deadline.Long(0) <= nowUs;
        _deadline.Reset();
        return isTooLate;
    }

    private bool IsKept(AgentEntry agent, in Place place, long nowUs)
    {
        if ((place.Flags & PlaceFlags.Kept) == 0)
        {
            return false;
        }

        var isKept = _kept.Bind(place.Id).Bind(agent.Id).Read() && _kept.Long(0) > nowUs;
        _kept.Reset();
        return isKept
            || (place.IsHandedOff && agent.Profile.Principal is { } principal && HandedItOff(principal, place));
    }

    /// <summary>The giver is another agent of the principal.</summary>
    private bool HandedItOff(string principal, in Place place) =>
        _givers.Bind(place.Id).ReadIds().Exists(id => live.Agent(id).Profile.Principal == principal);

    private bool IsExcluded(AgentEntry agent, in Place place)
    {
        if ((place.Flags & PlaceFlags.Grouped) == 0)
        {
            return false;
        }

        var key = live.Classes[place.ClassId].Key;
        var exclusion = live.Rules.Of(key.Namespace).Exclusion;
        var members = MembersOf(place.Id, place.ClassId);
        for (var i = 0; i < members.Count; i++)
        {
            if (exclusion.KeepsFrom(agent.Profile.Name, agent.Profile.Principal, key.Step, members[i]))
            {
                return true;
            }
        }

        return false;
    }

    private string? GroupOf(long taskId)
    {
        var group = _group.Bind(taskId).Read() ? _group.Text(0) : null;
        _group.Reset();
        return group;
    }
}
