using Longshore.Routing.Batch;

namespace Longshore.Tests.Routing.Batch;

/// <summary>Small problems of all shapes, from a seed.</summary>
internal static class RandomProblems
{
    /// <summary>How the problems are drawn.</summary>
    public sealed record Shape
    {
        public int TasksMax { get; init; } = 6;

        public int AgentsMax { get; init; } = 4;

        public int RoomMax { get; init; } = 3;

        /// <summary>Scores are from <see cref="ScoreMin"/> to this; a low one makes ties.</summary>
        public int ScoreMax { get; init; } = 1_000_000;

        public int ScoreMin { get; init; }

        public double Density { get; init; } = 0.7;

        public bool EveryTask { get; init; }

        /// <summary>Highest crowding; 0 is a problem without.</summary>
        public int CrowdingMax { get; init; }

        /// <summary>How many sorts of tasks there are, alike but for a bonus; 0: all differ.</summary>
        public int Sorts { get; init; }

        /// <summary>What a task may be worth more than others of its sort, everywhere.</summary>
        public int BonusMax { get; init; }

        /// <summary>Largest size of a task; 0 is a problem without sizes.</summary>
        public int SizeMax { get; init; }

        /// <summary>All sizes are a multiple of this, whatever the room is.</summary>
        public int SizeStep { get; init; } = 1;

        /// <summary>With sizes: most slots of an agent; null for none.</summary>
        public int? SlotsMax { get; init; }
    }

    public static AssignmentProblem Draw(int seed, Shape shape)
    {
        var random = new Random(seed);
        var room = new int[random.Next(1, shape.AgentsMax + 1)];
        for (var agent = 0; agent < room.Length; agent++)
        {
            room[agent] = random.Next(shape.RoomMax + 1);
        }

        var builder = new AssignmentProblem.Builder(room, shape.SizeMax > 0)
        {
            EveryTask = shape.EveryTask,
            Slots = shape.SlotsMax is { } most ? [.. room.Select(_ => random.Next(most + 1))] : null,
            Crowding = shape.CrowdingMax == 0 ? null : [.. room.Select(_ => random.Next(shape.CrowdingMax + 1))],
        };
        var tasks = random.Next(1, shape.TasksMax + 1);
        for (var task = 0; task < tasks; task++)
        {
            builder.AddTask();
            if (shape.Sorts > 0)
            {
                var sort = new Random((seed * 31) + random.Next(shape.Sorts));
                AddSort(builder, sort, shape, random.Next(shape.BonusMax));
                continue;
            }

            for (var agent = 0; agent < room.Length; agent++)
            {
                if (random.NextDouble() < shape.Density)
                {
                    builder.AddArc(
                        agent,
                        random.Next(shape.ScoreMin, shape.ScoreMax + 1),
                        shape.SizeMax == 0 ? 1 : shape.SizeStep * random.Next(1, shape.SizeMax + 1));
                }
            }
        }

        return builder.Build();
    }

    private static void AddSort(AssignmentProblem.Builder builder, Random sort, Shape shape, int bonus)
    {
        for (var agent = 0; agent < builder.Room.Length; agent++)
        {
            if (sort.NextDouble() < shape.Density)
            {
                builder.AddArc(agent, bonus + sort.Next(shape.ScoreMin, shape.ScoreMax + 1));
            }
        }
    }
}
