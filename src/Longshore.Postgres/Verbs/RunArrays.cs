using Longshore.Workflows;

namespace Longshore.Postgres.Verbs;

/// <summary>Runs as the columns of a statement that stores them.</summary>
internal static class RunArrays
{
    public static Round WithRuns(this Round round, IReadOnlyList<NewRun> runs) =>
        round
            .With((string?[])[.. runs.Select(r => r.Namespace)])
            .With((string?[])[.. runs.Select(r => r.Code)])
            .With((string?[])[.. runs.Select(r => r.Workflow)])
            .With((int[])[.. runs.Select(r => r.Version)])
            .WithJson((byte[]?[])[.. runs.Select(r => r.Input.Memory.ToArray())])
            .With((short[])[.. runs.Select(r => (short)r.OnFailure)])
            .With((int[])[.. runs.Select(r => r.Begun(0, default).Steps)])
            .With((bool[])[.. runs.Select(r => r.IsPlain)])
            .With((string?[])[.. runs.Select(r => r.CorrelationId)]);
}
