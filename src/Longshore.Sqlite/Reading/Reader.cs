using Longshore.Assignments;
using Longshore.Matching;
using Longshore.Sqlite.Interop;
using Longshore.Sqlite.Live;
using Longshore.Storage;
using Longshore.Storage.Sql;
using Longshore.Tasks;

namespace Longshore.Sqlite.Reading;

/// <summary>One read-only connection and the queries prepared on it; serves one query at a time.</summary>
internal sealed class Reader : IDisposable
{
    private readonly Connection _connection;
    private readonly LiveIndex _live;
    private readonly TaskBodies _bodies;
    private readonly Statement _place;
    private readonly AssignmentRows _assignments;
    private readonly Statement _counts;

    public Reader(Connection connection, SqlCatalog sql, LiveIndex live, StoreOptions options)
    {
        (_connection, _live) = (connection, live);
        _bodies = new TaskBodies(connection, sql, live);
        _place = connection.Prepare(sql["task_place"]);
        _assignments = new AssignmentRows(connection, sql, live);
        _counts = connection.Prepare(sql["count_by_state"]);
        Load = new LoadReader(connection, sql);
        Health = new HealthReader(connection, sql);
        Views = new ViewReader(connection, sql);
        Handoffs = new HandoffRows(connection, sql);
        Requests = new HelpRows(connection, sql);
        Reviews = new ReviewRows(connection, sql, live);
        Guards = new Guards(connection, sql, live, options);
        Routing = new RoutingReader(connection, sql, live, options);
        Lists = new TaskLists(connection, sql);
        Schedules = new ScheduleRows(connection, sql);
        Runs = new RunReader(connection, sql);
        Attempts = new AttemptReader(connection, sql);
        Events = new EventReader(connection, sql, live, _bodies, _assignments);
    }

    public Guards Guards { get; }

    public HandoffRows Handoffs { get; }

    public HelpRows Requests { get; }

    public ReviewRows Reviews { get; }

    public RoutingReader Routing { get; }

    public LoadReader Load { get; }

    public HealthReader Health { get; }

    public ViewReader Views { get; }

    public TaskLists Lists { get; }

    public ScheduleRows Schedules { get; }

    public RunReader Runs { get; }

    public EventReader Events { get; }

    public AttemptReader Attempts { get; }

    /// <summary>
    /// Runs a query of several statements on one snapshot: a task that changes its stage meanwhile is seen in one.
    /// </summary>
    public T AtOneInstant<T>(Func<Reader, T> query)
    {
        _connection.Execute("begin");
        var result = query(this);
        _connection.Execute("commit");
        return result;
    }

    public WorkTask? Task(long id)
    {
        if (!_place.Bind(id).Read())
        {
            return null;
        }

        var place = _place.ReadPlace();
        var error = _place.Text(15);
        var task = new WorkTask
        {
            Id = id,
            Spec = null!,
            State = (TaskState)_place.Int(8),
            Epoch = place.Epoch,
            Attempts = place.Attempts,
            Failures = place.Failures,
            Suspect = place.IsSuspect,
            Target = _live.TargetOf(place),
            WasHandedOff = (place.Flags & PlaceFlags.WasHandedOff) != 0,
            AvailableAt = UnixTime.FromMicroseconds(place.AvailableUs),
            DeferredUntil = Instant(_place, 9),
            Agent = _place.LongOrNull(10) is { } agent ? _live.NameOf(agent) : null,
            LeaseUntil = Instant(_place, 11),
            Progress = _place.DoubleOrNull(12),
            EndedAt = Instant(_place, 13),
            Result = _place.Json(14),
        };
        _place.Reset();

        var (spec, createdUs, relaxing) = _bodies.Read(place)!;
        return task with
        {
            Spec = spec,
            Run = _bodies.Run(place),
            Relaxing = relaxing,
            Draft = _bodies.Draft(place),
            CreatedAt = UnixTime.FromMicroseconds(createdUs),
            Error = error ?? (task.State == TaskState.Done ? null : _bodies.LastError(id)),
        };
    }

    /// <summary>A ready task as discovery shows it.</summary>
    public WorkTask? Ready(in Place place) => _bodies.Read(place) is not { } body
        ? null
        : new WorkTask
        {
            Id = place.Id,
            Spec = body.Spec,
            State = place.QueuedState,
            Epoch = place.Epoch,
            Attempts = place.Attempts,
            Failures = place.Failures,
            Suspect = place.IsSuspect,
            Target = _live.TargetOf(place),
            WasHandedOff = (place.Flags & PlaceFlags.WasHandedOff) != 0,
            CreatedAt = UnixTime.FromMicroseconds(body.CreatedUs),
            AvailableAt = UnixTime.FromMicroseconds(place.AvailableUs),
            Run = _bodies.Run(place),
            Relaxing = body.Relaxing,
            Draft = _bodies.Draft(place),
            Error = place.Epoch > 0 ? _bodies.LastError(place.Id) : null,
        };

    public long? FindTask(string @namespace, string code)
    {
        var id = _bodies.FindByCode(@namespace, code);
        if (id is null && WorkTask.IdFromAutoCode(code) is { } auto
            && _bodies.Read(auto) is { } body && body.Spec.Code is null && body.Spec.Namespace == @namespace)
        {
            return auto;
        }

        return id;
    }

    public IReadOnlyList<Assignment> Assignments(long taskId) => _assignments.Of(taskId);

    public IReadOnlyList<Assignment> Find(AssignmentQuery query) => _assignments.Find(query);

    public IReadOnlyDictionary<TaskState, long> Counts(string? @namespace)
    {
        var counts = Enum.GetValues<TaskState>().ToDictionary(state => state, _ => 0L);
        while (_counts.Read())
        {
            if (@namespace is null || _counts.Text(1) == @namespace)
            {
                counts[(TaskState)_counts.Int(0)] += _counts.Long(2);
            }
        }

        return counts;
    }

    public void Dispose() => _connection.Dispose();

    private static DateTimeOffset? Instant(Statement row, int column) =>
        row.LongOrNull(column) is { } us ? UnixTime.FromMicroseconds(us) : null;
}
