using System.Buffers.Binary;
using System.Text;
using static Stillpoint.Hypervisor.Nbd.Server.NbdWire;

namespace Stillpoint.Hypervisor.Nbd.Server;

/// <summary>What a client chose.</summary>
internal sealed record NbdChoice(ServedExport Export, bool Structured, bool BlockStatus);

/// <summary>The handshake: greeting, then options until the client goes to an export or leaves.</summary>
internal sealed class NbdNegotiation(NbdStream stream, IReadOnlyList<ServedExport> exports)
{
    /// <summary>A client needs about five; one that never ends is cut off.</summary>
    private const int MostOptions = 200;

    private static readonly byte[] AllocationName = Encoding.UTF8.GetBytes(BlockStatusAnswer.AllocationContext);
    private bool _structured;
    private ServedExport? _contextOf;

    /// <returns>Null: the client left in good order.</returns>
    internal async Task<NbdChoice?> RunAsync(CancellationToken ct)
    {
        var hello = new byte[18];
        BinaryPrimitives.WriteUInt64BigEndian(hello, Greeting);
        BinaryPrimitives.WriteUInt64BigEndian(hello.AsSpan(8), OptionMagic);
        BinaryPrimitives.WriteUInt16BigEndian(hello.AsSpan(16), HandshakeFlags);
        await stream.SendAsync(hello, ct).ConfigureAwait(false);
        var flags = new byte[4];
        await stream.ReceiveAsync(flags, ct).ConfigureAwait(false);
        var clientFlags = BinaryPrimitives.ReadUInt32BigEndian(flags);
        if ((clientFlags & ~(uint)HandshakeFlags) != 0) throw new NbdClientGoneException("unknown client flags");

        var header = new byte[16];
        for (var count = 0; count < MostOptions; count++)
        {
            await stream.ReceiveAsync(header, ct).ConfigureAwait(false);
            if (BinaryPrimitives.ReadUInt64BigEndian(header) != OptionMagic) throw new NbdClientGoneException("not an option");
            var option = (Option)BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(8));
            var length = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(12));
            if (length > LongestOption) throw new NbdClientGoneException("option too long");
            var data = new byte[length];
            await stream.ReceiveAsync(data, ct).ConfigureAwait(false);
            switch (option)
            {
                case Option.ExportName:
                    // This option has no error reply: a wrong name ends the connection.
                    var export = Find(data) ?? throw new NbdClientGoneException("no such export");
                    await SendExportAsync(export, zeroes: (clientFlags & ClientNoZeroes) == 0, ct).ConfigureAwait(false);
                    return Choose(export);
                case Option.Abort:
                    await ReplyAsync(option, OptionReply.Ack, default, ct).ConfigureAwait(false);
                    return null;
                case Option.List when length == 0:
                    await ListAsync(ct).ConfigureAwait(false);
                    break;
                case Option.StructuredReply when length == 0:
                    _structured = true;
                    await ReplyAsync(option, OptionReply.Ack, default, ct).ConfigureAwait(false);
                    break;
                case Option.Info or Option.Go:
                    if (await InformAsync(option, data, ct).ConfigureAwait(false) is { } gone && option == Option.Go) return Choose(gone);
                    break;
                case Option.ListMetaContext or Option.SetMetaContext:
                    await MetaContextAsync(option, data, ct).ConfigureAwait(false);
                    break;
                default:
                    var known = option is Option.List or Option.StructuredReply;
                    await ReplyAsync(option, known ? OptionReply.Invalid : OptionReply.Unsupported, default, ct).ConfigureAwait(false);
                    break;
            }
        }
        throw new NbdClientGoneException("too many options");
    }

    private NbdChoice Choose(ServedExport export) => new(export, _structured, _structured && _contextOf == export);

    private async Task ListAsync(CancellationToken ct)
    {
        foreach (var export in exports)
        {
            var reply = new byte[4 + export.NameBytes.Length];
            BinaryPrimitives.WriteInt32BigEndian(reply, export.NameBytes.Length);
            export.NameBytes.CopyTo(reply, 4);
            await ReplyAsync(Option.List, OptionReply.Server, reply, ct).ConfigureAwait(false);
        }
        await ReplyAsync(Option.List, OptionReply.Ack, default, ct).ConfigureAwait(false);
    }

    private async Task<ServedExport?> InformAsync(Option option, byte[] data, CancellationToken ct)
    {
        if (!TryReadName(data, out var name, out var rest) || rest.Length < 2
            || rest.Length != 2 + (2 * BinaryPrimitives.ReadUInt16BigEndian(rest.Span)))
        {
            await ReplyAsync(option, OptionReply.Invalid, default, ct).ConfigureAwait(false);
            return null;
        }
        if (Find(name.Span) is not { } export)
        {
            await ReplyAsync(option, OptionReply.Unknown, default, ct).ConfigureAwait(false);
            return null;
        }
        var facts = new byte[12];
        BinaryPrimitives.WriteUInt16BigEndian(facts, (ushort)Info.Export);
        BinaryPrimitives.WriteInt64BigEndian(facts.AsSpan(2), export.SizeBytes);
        BinaryPrimitives.WriteUInt16BigEndian(facts.AsSpan(10), ExportFlags);
        await ReplyAsync(option, OptionReply.Info, facts, ct).ConfigureAwait(false);
        var sizes = new byte[14];
        BinaryPrimitives.WriteUInt16BigEndian(sizes, (ushort)Info.BlockSize);
        BinaryPrimitives.WriteInt32BigEndian(sizes.AsSpan(2), 1);
        BinaryPrimitives.WriteInt32BigEndian(sizes.AsSpan(6), 65536);
        BinaryPrimitives.WriteInt32BigEndian(sizes.AsSpan(10), NbdLimits.RequestBytes);
        await ReplyAsync(option, OptionReply.Info, sizes, ct).ConfigureAwait(false);
        await ReplyAsync(option, OptionReply.Ack, default, ct).ConfigureAwait(false);
        return export;
    }

    private async Task MetaContextAsync(Option option, byte[] data, CancellationToken ct)
    {
        if (option == Option.SetMetaContext) _contextOf = null;
        if (!TryReadName(data, out var name, out var rest) || !TryReadQueries(rest.Span, out var asked, out var count)
            || (option == Option.SetMetaContext && !_structured))
        {
            await ReplyAsync(option, OptionReply.Invalid, default, ct).ConfigureAwait(false);
            return;
        }
        if (Find(name.Span) is not { } export)
        {
            await ReplyAsync(option, OptionReply.Unknown, default, ct).ConfigureAwait(false);
            return;
        }
        var list = option == Option.ListMetaContext;
        if (asked.Contains("base:allocation") || (list && (count == 0 || asked.Contains("base:"))))
        {
            var reply = new byte[4 + AllocationName.Length];
            BinaryPrimitives.WriteUInt32BigEndian(reply, list ? 0 : AllocationContextId);
            AllocationName.CopyTo(reply, 4);
            await ReplyAsync(option, OptionReply.MetaContext, reply, ct).ConfigureAwait(false);
            if (!list) _contextOf = export;
        }
        await ReplyAsync(option, OptionReply.Ack, default, ct).ConfigureAwait(false);
    }

    private static bool TryReadName(ReadOnlyMemory<byte> data, out ReadOnlyMemory<byte> name, out ReadOnlyMemory<byte> rest)
    {
        (name, rest) = (default, default);
        if (data.Length < 4) return false;
        var length = BinaryPrimitives.ReadUInt32BigEndian(data.Span);
        if (length > LongestString || length > data.Length - 4) return false;
        name = data.Slice(4, (int)length);
        rest = data[(4 + (int)length)..];
        return true;
    }

    private static bool TryReadQueries(ReadOnlySpan<byte> data, out List<string> queries, out uint count)
    {
        (queries, count) = ([], 0);
        if (data.Length < 4) return false;
        count = BinaryPrimitives.ReadUInt32BigEndian(data);
        data = data[4..];
        for (uint i = 0; i < count; i++)
        {
            if (data.Length < 4) return false;
            var length = BinaryPrimitives.ReadUInt32BigEndian(data);
            if (length > LongestString || length > data.Length - 4) return false;
            queries.Add(Encoding.UTF8.GetString(data.Slice(4, (int)length)));
            data = data[(4 + (int)length)..];
        }
        return data.IsEmpty;
    }

    /// <summary>The empty name stands for the only export, where there is only one.</summary>
    private ServedExport? Find(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty && exports.Count == 1) return exports[0];
        foreach (var export in exports)
            if (name.SequenceEqual(export.NameBytes)) return export;
        return null;
    }

    private ValueTask SendExportAsync(ServedExport export, bool zeroes, CancellationToken ct)
    {
        var reply = new byte[10 + (zeroes ? 124 : 0)];
        BinaryPrimitives.WriteInt64BigEndian(reply, export.SizeBytes);
        BinaryPrimitives.WriteUInt16BigEndian(reply.AsSpan(8), ExportFlags);
        return stream.SendAsync(reply, ct);
    }

    private ValueTask ReplyAsync(Option option, OptionReply reply, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        var message = new byte[20 + data.Length];
        BinaryPrimitives.WriteUInt64BigEndian(message, OptionReplyMagic);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(8), (uint)option);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(12), (uint)reply);
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(16), data.Length);
        data.CopyTo(message.AsMemory(20));
        return stream.SendAsync(message, ct);
    }
}
