using System.Globalization;
using System.Text;
using Longshore.Routing.Batch;

namespace Longshore.Cli.Assign;

/// <summary>A file of whole numbers between blanks, read in order; errors name the line.</summary>
internal sealed class NumberFile
{
    private const int WordShownMax = 20;

    private readonly string _name;
    private readonly List<int> _numbers = [];
    private readonly List<int> _lines = [];
    private int _at;

    private NumberFile(string name) => _name = name;

    public int Count => _numbers.Count;

    /// <summary>Line of the last number; 1 in an empty file.</summary>
    public int LastLine => _lines.Count == 0 ? 1 : _lines[^1];

    public static async Task<NumberFile> ReadAsync(string path, CancellationToken ct)
    {
        var file = new NumberFile(Path.GetFileName(path));
        file.Parse(await File.ReadAllBytesAsync(path, ct).ConfigureAwait(false));
        return file;
    }

    /// <summary>The next number.</summary>
    /// <param name="least">It is at least this.</param>
    /// <param name="most">It is at most this.</param>
    /// <param name="what">What it should be, for the error: "the number of tasks".</param>
    public int Next(int least, int most, string what)
    {
        if (_at == _numbers.Count)
        {
            throw Wrong(LastLine, $"the file ends where {what} should follow");
        }

        var number = _numbers[_at++];
        return number >= least && number <= most
            ? number
            : throw Wrong(_lines[_at - 1], string.Create(
                CultureInfo.InvariantCulture, $"{what} must be from {least} to {most}, this is {number}"));
    }

    /// <summary>Whether so many numbers are left.</summary>
    public bool HasLeft(long count) => _numbers.Count - _at == count;

    /// <summary>Nothing is left.</summary>
    public void End()
    {
        if (_at < _numbers.Count)
        {
            throw Wrong(_lines[_at], "the file should end before this line's numbers, or its counts are wrong");
        }
    }

    /// <summary>The error for the number read last.</summary>
    public LongshoreException WrongHere(string message) => Wrong(_at == 0 ? 1 : _lines[_at - 1], message);

    public LongshoreException Wrong(int line, string message) => new(
        ErrorCode.InvalidInput,
        string.Create(CultureInfo.InvariantCulture, $"{_name}, line {line}: {message}"));

    private void Parse(ReadOnlySpan<byte> text)
    {
        var (at, line) = (0, 1);
        while (at < text.Length)
        {
            if (text[at] <= (byte)' ')
            {
                line += text[at++] == (byte)'\n' ? 1 : 0;
                continue;
            }

            var start = at;
            while (at < text.Length && text[at] > (byte)' ')
            {
                at++;
            }

            _numbers.Add(Number(text[start..at], line));
            _lines.Add(line);
        }
    }

    private int Number(ReadOnlySpan<byte> word, int line)
    {
        if (int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && Math.Abs((long)number) <= AssignmentProblem.ScoreMax)
        {
            return number;
        }

        var shown = Encoding.UTF8.GetString(word.Length > WordShownMax ? word[..WordShownMax] : word);
        throw Wrong(line, $"'{shown}' is not a whole number of at most {AssignmentProblem.ScoreMax}");
    }
}
