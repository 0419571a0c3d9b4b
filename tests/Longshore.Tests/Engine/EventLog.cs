using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Longshore.Tests.Engine;

/// <summary>Keeps what was logged.</summary>
internal sealed class EventLog : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<(EventId Id, LogLevel Level, string Text)> _entries = new();

    public IReadOnlyList<(EventId Id, LogLevel Level, string Text)> Entries => [.. _entries];

    /// <summary>The texts logged under a number.</summary>
    public IReadOnlyList<string> Of(int id) => [.. _entries.Where(e => e.Id.Id == id).Select(e => e.Text)];

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter) =>
        _entries.Enqueue((eventId, logLevel, formatter(state, exception)));

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void AddProvider(ILoggerProvider provider)
    {
        // It keeps everything by itself.
    }

    public void Dispose()
    {
        // Nothing to let go of.
    }
}
