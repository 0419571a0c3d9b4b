using System.Reflection;
using Longshore.Storage;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>A store that does not run every suite is not a store.</summary>
public sealed class ConformanceIsComplete
{
    private static readonly Type[] Here = typeof(ConformanceIsComplete).Assembly.GetTypes();

    [Fact]
    public void Every_store_has_a_source()
    {
        var stores = Stores();
        stores.Count.ShouldBeGreaterThanOrEqualTo(2);
        stores.Where(store => SourceOf(store) is null).Select(store => store.Name).ShouldBeEmpty();
    }

    [Fact]
    public void Every_suite_runs_over_every_store()
    {
        var suites = Here.Where(IsSuite).ToList();
        suites.Count.ShouldBeGreaterThan(20);
        var missing =
            from store in Stores()
            from suite in suites
            let wanted = suite.MakeGenericType(SourceOf(store)!)
            where !Here.Any(type => type is { IsAbstract: false, IsPublic: true } && type.BaseType == wanted)
            select $"{suite.Name[..^2]} does not run over {store.Name}";
        missing.ShouldBeEmpty();
    }

    [Fact]
    public void Every_suite_has_tests() => Here.Where(IsSuite)
        .Where(suite => !suite.GetMethods().Any(m => m.GetCustomAttributes<FactAttribute>().Any()))
        .Select(suite => suite.Name)
        .ShouldBeEmpty();

    /// <summary>The stores in every assembly of Longshore that these tests can reach.</summary>
    private static List<Type> Stores() =>
    [
        .. Directory.GetFiles(AppContext.BaseDirectory, "Longshore*.dll")
            .Select(file => Assembly.Load(Path.GetFileNameWithoutExtension(file)))
            .Where(assembly => assembly != typeof(ConformanceIsComplete).Assembly)
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IStore))),
    ];

    private static Type? SourceOf(Type store) => Array.Find(
        Here, type => !type.IsAbstract && type.IsAssignableTo(typeof(StoreSource<>).MakeGenericType(store)));

    // What asks more of a source, such as SQL, is not for every store.
    private static bool IsSuite(Type type) =>
        type is { IsAbstract: true, IsPublic: true, IsGenericTypeDefinition: true }
        && type != typeof(StoreSuite<>) && type != typeof(RunSuite<>) && type != typeof(TimedSuite<>)
        && type.GetGenericArguments()[0].GetGenericParameterConstraints().SequenceEqual([typeof(StoreSource)]);
}
