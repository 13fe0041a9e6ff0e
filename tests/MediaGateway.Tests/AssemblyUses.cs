using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Emit;

namespace MediaGateway.Tests;

/// <summary>
/// Every type and member that an assembly's code touches: in method bodies, signatures, fields, base types and attributes. Reads the
/// compiled code, so that neither a <c>using</c> alias nor a relative name hides anything.
/// </summary>
internal static class AssemblyUses
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> OpCodes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value);

    /// <summary>The uses of one assembly, each once.</summary>
    public static IReadOnlySet<Use> Of(Assembly assembly)
    {
        var uses = new HashSet<Use>();
        foreach (Type type in assembly.GetTypes())
        {
            Add(uses, type, type.BaseType);
            AddAll(uses, type, type.GetInterfaces());
            AddAll(uses, type, type.GetFields(Declared).Select(field => field.FieldType));
            foreach (MethodBase method in type.GetMethods(Declared).Concat<MethodBase>(type.GetConstructors(Declared)))
            {
                AddAll(uses, type, method.GetParameters().Select(parameter => parameter.ParameterType));
                Add(uses, type, (method as MethodInfo)?.ReturnType);
                AddBody(uses, type, method);
            }
        }

        return uses;
    }

    private static void AddBody(HashSet<Use> uses, Type user, MethodBase method)
    {
        if (method.GetMethodBody() is not { } body)
        {
            return;
        }

        AddAll(uses, user, body.LocalVariables.Select(local => local.LocalType));
        foreach (int token in TokensOf(body.GetILAsByteArray() ?? []))
        {
            MemberInfo? member = Resolve(method, token);
            Add(uses, user, member as Type ?? member?.DeclaringType, member is Type ? null : member?.Name, (member as MethodBase)?.GetParameters());
            if (member is MethodInfo { IsGenericMethod: true } generic)
            {
                AddAll(uses, user, generic.GetGenericArguments());
            }
        }
    }

    private static IEnumerable<int> TokensOf(byte[] code)
    {
        int position = 0;
        while (position < code.Length)
        {
            short value = code[position++];
            if (value == 0xFE)
            {
                value = (short)(0xFE00 | code[position++]);
            }

            OpCode opCode = OpCodes[value];
            if (opCode.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)
            {
                yield return BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(position));
            }

            position += SizeOf(opCode.OperandType, code.AsSpan(position));
        }
    }

    private static int SizeOf(OperandType operand, ReadOnlySpan<byte> code) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * BinaryPrimitives.ReadInt32LittleEndian(code)),
        _ => 4,
    };

    private static MemberInfo? Resolve(MethodBase method, int token)
    {
        Type[]? ofType = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        Type[]? ofMethod = method.IsGenericMethodDefinition ? method.GetGenericArguments() : null;
        return method.Module.ResolveMember(token, ofType, ofMethod);
    }

    private static void AddAll(HashSet<Use> uses, Type user, IEnumerable<Type> used)
    {
        foreach (Type type in used)
        {
            Add(uses, user, type);
        }
    }

    private static void Add(HashSet<Use> uses, Type user, Type? used, string? member = null, ParameterInfo[]? parameters = null)
    {
        while (used is { HasElementType: true })
        {
            used = used.GetElementType();
        }

        if (used is null || used.IsGenericParameter)
        {
            return;
        }

        Type definition = used.IsGenericType ? used.GetGenericTypeDefinition() : used;
        string? takes = parameters is null ? null : string.Join(", ", parameters.Select(parameter => parameter.ParameterType.Name));
        uses.Add(new Use(user, definition, member, takes));
        AddAll(uses, user, used.IsGenericType ? used.GetGenericArguments() : []);
    }

    /// <summary>One use.</summary>
    /// <param name="User">The type whose code it is.</param>
    /// <param name="Used">The type that is used, or that declares the member used.</param>
    /// <param name="Member">The member, or null.</param>
    /// <param name="Parameters">For a method, the names of its parameters' types.</param>
    internal sealed record Use(Type User, Type Used, string? Member, string? Parameters)
    {
        public override string ToString() => $"{User.FullName} uses {Used.FullName}.{Member}({Parameters})";
    }
}
