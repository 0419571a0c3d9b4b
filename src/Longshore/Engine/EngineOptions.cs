using Longshore.Events;
using Longshore.Rules;
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
    /// How the node learns of work that other nodes made possible; it can be changed while the node runs (S3.42).
    /// Hybrid by default. Over a shared store without a bus between nodes, such as PostgreSQL behind a transaction
    /// pooler, only <see cref="NodeMode.PollingOnly"/> works, and the node takes that.
    /// </summary>
    public NodeMode Mode { get; set; } = NodeMode.Hybrid;

    /// <summary>
    /// With every notification lost, work is still found this often, unless the mode is
    /// <see cref="NodeMode.EventDrivenOnly"/> (G9, S3.46: <c>fallback_polling_interval</c>). 30 seconds by default.
    /// </summary>
    public TimeSpan FallbackInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The fallback looks for work that has been ready for longer than this (S3.47: <c>age_threshold</c>). Five seconds
    /// by default; zero is allowed.
    /// </summary>
    public TimeSpan AgeThreshold { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many tasks the fallback reads at a time (S3.48: <c>batch_size</c>). 50 by default.</summary>
    public int PollBatchSize { get; set; } = 50;

    /// <summary>How often the node says that it is there. Five seconds by default.</summary>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A node that could not say so for this long counts as gone: it claims nothing, gives back what it has not started
    /// and goes on by itself when the store answers again. 15 seconds by default.
    /// </summary>
    public TimeSpan NodeTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How often expired leases and passed deadlines are looked for. One second by default.</summary>
    public TimeSpan RescueInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How often the distributor looks for tasks to offer when nothing tells it of any (S4.63). One second by default.
    /// </summary>
    public TimeSpan DistributionInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often tasks are looked for that nobody could ever do. Five seconds by default.</summary>
    public TimeSpan UnroutableInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often it is looked whether queues are deep. Five seconds by default.</summary>
    public TimeSpan DepthInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often ended tasks are pruned. One minute by default.</summary>
    public TimeSpan PruneInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Events, and ended tasks with their records of which nothing else is decided, are deleted after this. Seven days
    /// by default.
    /// </summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// How long ended tasks are kept instead, by how they ended; the rules of a namespace and of a kind in it win.
    /// </summary>
    public RetentionRules RetentionByState { get; set; } = new();

    /// <summary>
    /// How many ended tasks are deleted in one transaction, 1 to 1000. Between two there is a pause several times as
    /// long, so that others have most of the store. 250 by default.
    /// </summary>
    public int PruneBatch { get; set; } = 250;

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
            (LeadershipTerm, "leadership_term"), (HeartbeatInterval, "heartbeat_interval"),
            (NodeTimeout, "node_timeout"), (DistributionInterval, "distribution_interval"),
            (UnroutableInterval, "unroutable_interval"), (DepthInterval, "depth_interval"),
        })
        {
            TaskValidation.Duration(value, field);
        }

        CheckReadiness();
        RetentionByState.Check("retention_by_state");
        TaskValidation.Range(PruneBatch, 1, Limits.PageMax, "prune_batch");
        TaskValidation.Range(MaintenanceBatch, 1, Limits.BatchMax, "maintenance_batch");
        if (LeaseMax < LeaseMin)
        {
            throw LongshoreException.Invalid("lease_max", "must not be shorter than lease_min");
        }
    }

    private void CheckReadiness()
    {
        TaskValidation.Range(PollBatchSize, 1, Limits.PageMax, "batch_size");
        if (!Enum.IsDefined(Mode))
        {
            throw LongshoreException.Invalid("mode", "is none of event_driven_only, hybrid, polling_only");
        }

        if (AgeThreshold < TimeSpan.Zero || AgeThreshold > Limits.DurationMax)
        {
            throw LongshoreException.Invalid("age_threshold", "must not be negative");
        }

        if (NodeTimeout < 2 * HeartbeatInterval)
        {
            throw LongshoreException.Invalid("node_timeout", "must be at least twice heartbeat_interval");
        }
    }

    internal TimeSpan Clamp(TimeSpan lease) => lease < LeaseMin ? LeaseMin : lease > LeaseMax ? LeaseMax : lease;
}
