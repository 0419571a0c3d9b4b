using FsCheck;
using FsCheck.Fluent;

namespace Longshore.Tests;

/// <summary>Runs FsCheck properties; a failure shows the smallest case found and the seed to replay it.</summary>
internal static class Always
{
    private static readonly Config Config = Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(500);

    public static void Holds<T>(Func<T, bool> property) => Prop.ForAll(property).Check(Config);

    public static void Holds<T1, T2>(Func<T1, T2, bool> property) => Prop.ForAll(property).Check(Config);

    public static void Holds<T>(Gen<T> generator, Func<T, bool> property) =>
        Prop.ForAll(generator.ToArbitrary(), property).Check(Config);
}
