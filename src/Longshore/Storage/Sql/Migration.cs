using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Longshore.Storage.Sql;

/// <summary>One step of a schema, forward only: an embedded file <c>Migrations/NNNN_words.sql</c>.</summary>
/// <param name="Number">From 1, without gaps.</param>
/// <param name="Name">The file's name.</param>
/// <param name="Sql">Its text.</param>
/// <param name="Checksum">SHA-256 of the text, in hex: a released migration never changes.</param>
internal sealed record Migration(int Number, string Name, string Sql, string Checksum)
{
    /// <summary>The migrations of an assembly, in order.</summary>
    public static IReadOnlyList<Migration> Load(Assembly assembly) =>
        [.. SqlCatalog.Resources(assembly, "Migrations/").Select(resource =>
        {
            var name = Path.GetFileNameWithoutExtension(resource);
            var sql = SqlCatalog.Read(assembly, resource);
            var checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)));
            return new Migration(int.Parse(name.AsSpan(0, 4), CultureInfo.InvariantCulture), name, sql, checksum);
        })];

    /// <summary>
    /// What is left to apply, given the number and checksum of what was applied.
    /// </summary>
    /// <exception cref="LongshoreException">
    /// <see cref="ErrorCode.StoreUnusable"/>: written by a newer Longshore, or altered.
    /// </exception>
    public static IEnumerable<Migration> Pending(
        IReadOnlyList<Migration> known, IReadOnlyList<(int Number, string Checksum)> applied, string location)
    {
        if (applied.Count > known.Count)
        {
            throw new LongshoreException(
                ErrorCode.StoreUnusable,
                $"{location} has schema version {applied.Count}, this Longshore knows up to {known.Count}: "
                + "use a newer Longshore");
        }

        foreach (var (number, checksum) in applied)
        {
            if (known[number - 1].Checksum != checksum)
            {
                throw new LongshoreException(
                    ErrorCode.StoreUnusable,
                    $"{location}: migration {known[number - 1].Name} is not the one that was applied; "
                    + "restore a backup or use the Longshore that made it");
            }
        }

        return known.Skip(applied.Count);
    }
}
