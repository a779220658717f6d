using System.Runtime.CompilerServices;

namespace Gantry.TestKit.Contract;

/// <summary>The contract's assertion: it lives outside of test projects, which own the assertion library.</summary>
internal static class Must
{
    public static void Be<T>(T expected, T actual, [CallerArgumentExpression(nameof(actual))] string what = "")
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new ContractBrokenException($"{what}: expected {expected}, got {actual}");
        }
    }
}

/// <summary>A server does not keep the contract.</summary>
public sealed class ContractBrokenException(string message) : Exception(message);
