using Longshore.Tasks;

namespace Longshore.Engine;

/// <summary>The settings of a node.</summary>
public sealed record EngineOptions
{
    /// <summary>
    /// This node among those that share a store. It must differ between them and stay the same over restarts, so that a
    /// restarted node takes its duties up again at once; the machine's name by default.
    /// </summary>
    public string NodeName { get; set; } = Environment.MachineName;

    /// <summary>Where the engine takes instants, timers and durations from.</summary>
    public TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>Seed of session ids; null takes one from the clock and the process.</summary>
    public int? Seed { get; set; }

    /// <summary>How long a claim of a handler host holds without renewal. 30 seconds by default.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Shorter leases asked for are lengthened to this.</summary>
    public TimeSpan LeaseMin { get; set; } = Limits.LeaseMin;

    /// <summary>Longer leases asked for are cut to this.</summary>
    public TimeSpan LeaseMax { get; set; } = Limits.LeaseMax;

    /// <summary>
    /// With every notification lost, waiting callers still look again this often (G9). 30 seconds by default.
    /// </summary>
    public TimeSpan FallbackInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often expired leases and passed deadlines are looked for. One second by default.</summary>
    public TimeSpan RescueInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often ended tasks are pruned. One minute by default.</summary>
    public TimeSpan PruneInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Ended tasks, their records and their events are deleted after this. Seven days by default.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// For how long a node that leads keeps the lead without renewal; renewed three times as often. 15 seconds by
    /// default.
    /// </summary>
    public TimeSpan LeadershipTerm { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How many tasks one step of a maintenance duty handles; the duty goes on until nothing is due.</summary>
    public int MaintenanceBatch { get; set; } = 1000;

    /// <summary>Checks the settings.</summary>
    /// <exception cref="LongshoreException"><see cref="ErrorCode.InvalidInput"/>, naming the setting.</exception>
    public void Validate()
    {
        TaskValidation.Word(NodeName, "node_name");
        ArgumentNullException.ThrowIfNull(Clock);
        foreach (var (value, field) in new (TimeSpan, string)[]
        {
            (Lease, "lease"), (LeaseMin, "lease_min"), (LeaseMax, "lease_max"), (FallbackInterval, "fallback_interval"),
            (RescueInterval, "rescue_interval"), (PruneInterval, "prune_interval"), (Retention, "retention"),
            (LeadershipTerm, "leadership_term"),
        })
        {
            TaskValidation.Duration(value, field);
        }

        TaskValidation.Range(MaintenanceBatch, 1, Limits.BatchMax, "maintenance_batch");
        if (LeaseMax < LeaseMin)
        {
            throw LongshoreException.Invalid("lease_max", "must not be shorter than lease_min");
        }
    }

    internal TimeSpan Clamp(TimeSpan lease) => lease < LeaseMin ? LeaseMin : lease > LeaseMax ? LeaseMax : lease;
}
