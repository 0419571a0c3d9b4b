using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Longshore.Tasks;

/// <summary>What a unique task is known by.</summary>
internal static class UniqueDigest
{
    /// <summary>
    /// SHA-256 over the scope and the key, or the whole canonical payload (T2.2, T2.3); a validated task carries it.
    /// </summary>
    public static byte[] Of(NewTask task) => task.UniqueDigest ?? Compute(task);

    public static byte[] Compute(NewTask task)
    {
        var unique = task.Unique!;
        var text = new ArrayBufferWriter<byte>(256);
        Word(task.Namespace, text);
        if (!unique.AcrossKinds)
        {
            Word(task.Kind, text);
        }

        if (unique.Key is { } key)
        {
            text.Write("key"u8);
            Word(key, text);
        }
        else
        {
            text.Write("payload"u8);
            CanonicalJson.Write((task.Payload.IsNone ? JsonText.EmptyObject : task.Payload).Memory, text);
        }

        return SHA256.HashData(text.WrittenSpan);
    }

    private static void Word(string word, IBufferWriter<byte> to) => Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{word.Length}:{word};"), to);
}
