using System.Reflection;
using Longshore.Storage;

namespace Longshore.Tests.Engine;

/// <summary>Queries of another store, with each question about its load counted, and failing on request.</summary>
public class CountedQueries : DispatchProxy
{
    private IQueryStore _inner = null!;
    private int _asked;

    /// <summary>How often the load was asked for.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>Whether that question fails.</summary>
    public bool Fails { get; set; }

    public static IQueryStore Around(IQueryStore inner)
    {
        var proxy = Create<IQueryStore, CountedQueries>();
        ((CountedQueries)(object)proxy)._inner = inner;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.Name == nameof(IQueryStore.MeasureLoadAsync))
        {
            Interlocked.Increment(ref _asked);
            if (Fails)
            {
                throw new IOException("the store is away");
            }
        }

        return targetMethod.Invoke(_inner, args);
    }
}
