using System.Buffers;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Longshore.Tasks;

namespace Longshore.Cli.Work;

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">128 + the signal if one ended it.</param>
/// <param name="Output">What it wrote to stdout, up to the largest result.</param>
/// <param name="IsOutputCut">It wrote more than that.</param>
/// <param name="ErrorTail">The end of what it wrote to stderr.</param>
internal sealed record ProgramEnd(int ExitCode, ReadOnlyMemory<byte> Output, bool IsOutputCut, string ErrorTail);

/// <summary>One run of a program: input on stdin, output and errors kept within limits.</summary>
internal static class ProgramRun
{
    // A grandchild may keep the pipes open after the program itself ended; what it writes then is nobody's result.
    private static readonly TimeSpan PipesLinger = TimeSpan.FromSeconds(1);

    /// <param name="command">The program, then its arguments.</param>
    /// <param name="variables">Added to the environment.</param>
    /// <param name="input">What is on its stdin.</param>
    /// <param name="clock">Measures the wait for its pipes.</param>
    /// <param name="kill">Kills the program and everything it started.</param>
    public static async Task<ProgramEnd> RunAsync(
        IReadOnlyList<string> command,
        IReadOnlyDictionary<string, string> variables,
        JsonText input,
        TimeProvider clock,
        CancellationToken kill)
    {
        using var process = Start(command, variables);
        var output = new Kept(Limits.PayloadBytesMax);
        var errors = new Kept(4 * Limits.ErrorLengthMax, keepsEnd: true);
        using var closed = new CancellationTokenSource();
        Task[] pipes =
        [
            output.FillAsync(process.StandardOutput.BaseStream, closed.Token),
            errors.FillAsync(process.StandardError.BaseStream, closed.Token),
        ];
        var feeding = FeedAsync(process, input, closed.Token);
        using (kill.Register(() => Kill(process)))
        {
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }

        closed.CancelAfter(clock, PipesLinger, out var timer);
        await using var _ = timer.ConfigureAwait(false);
        await Task.WhenAll([.. pipes, feeding]).ConfigureAwait(false);
        var tail = Encoding.UTF8.GetString(errors.Bytes.Span).Trim();
        return new ProgramEnd(
            process.ExitCode,
            output.Bytes,
            output.IsCut,
            tail.Length <= Limits.ErrorLengthMax / 2 ? tail : "…" + tail[^(Limits.ErrorLengthMax / 2)..]);
    }

    private static Process Start(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> variables)
    {
        var start = new ProcessStartInfo(command[0])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in command.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new LongshoreException(
                ErrorCode.InvalidInput,
                $"cannot start '{command[0]}': is it there, and executable? ({e.Message})",
                null,
                e);
        }
    }

    private static async Task FeedAsync(Process process, JsonText input, CancellationToken closed)
    {
        try
        {
            var stdin = process.StandardInput.BaseStream;
            await using (stdin.ConfigureAwait(false))
            {
                await stdin.WriteAsync(input.Memory, closed).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The program did not care to read its input.
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended by itself at this very moment.
        }
    }

    private static void CancelAfter(
        this CancellationTokenSource source, TimeProvider clock, TimeSpan delay, out ITimer timer) =>
        timer = clock.CreateTimer(
            static state => ((CancellationTokenSource)state!).Cancel(), source, delay, Timeout.InfiniteTimeSpan);

    /// <summary>The first, or the last, bytes of a stream; the rest is read too, or the writer would stall.</summary>
    private sealed class Kept(int bytesMax, bool keepsEnd = false)
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();

        public bool IsCut { get; private set; }

        public ReadOnlyMemory<byte> Bytes
        {
            get
            {
                var all = _bytes.WrittenMemory;
                return keepsEnd && all.Length > bytesMax ? all[^bytesMax..] : all;
            }
        }

        public async Task FillAsync(Stream stream, CancellationToken closed)
        {
            var buffer = new byte[8192];
            try
            {
                while (await stream.ReadAsync(buffer, closed).ConfigureAwait(false) is > 0 and var read)
                {
                    Add(buffer.AsSpan(0, read));
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // What has come so far counts.
            }
        }

        private void Add(ReadOnlySpan<byte> read)
        {
            if (keepsEnd && _bytes.WrittenCount > 2 * bytesMax)
            {
                var end = Bytes.ToArray();
                _bytes.Clear();
                _bytes.Write(end);
            }

            var fits = keepsEnd ? read.Length : Math.Min(read.Length, bytesMax - _bytes.WrittenCount);
            _bytes.Write(read[..fits]);
            IsCut |= fits < read.Length;
        }
    }
}
