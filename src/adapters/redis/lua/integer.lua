-- Whole numbers of any size. Lua's own are doubles, exact to 2^53 alone, which is nine thousand dollars.
-- A number is a list of limbs to the base of ten million, the least first; `neg` says that it is below zero.

local BASE, DIGITS = 10000000, 7

local function int(text)
  local neg = string.sub(text, 1, 1) == '-'
  local number, last = { neg = neg }, #text
  local first = neg and 2 or 1
  while last >= first do
    number[#number + 1] = tonumber(string.sub(text, math.max(first, last - DIGITS + 1), last))
    last = last - DIGITS
  end
  while number[#number] == 0 do
    number[#number] = nil
  end
  if #number == 0 then
    number.neg = false
  end
  return number
end

local function text_of(number)
  if #number == 0 then
    return '0'
  end
  local parts = { (number.neg and '-' or '') .. string.format('%d', number[#number]) }
  for at = #number - 1, 1, -1 do
    parts[#parts + 1] = string.format('%07d', number[at])
  end
  return table.concat(parts)
end

local function compare_size(left, right)
  if #left ~= #right then
    return #left < #right and -1 or 1
  end
  for at = #left, 1, -1 do
    if left[at] ~= right[at] then
      return left[at] < right[at] and -1 or 1
    end
  end
  return 0
end

local function compare(left, right)
  if left.neg ~= right.neg then
    return left.neg and -1 or 1
  end
  local size = compare_size(left, right)
  return left.neg and -size or size
end

local function sum_of_sizes(left, right)
  local sum, carry = {}, 0
  for at = 1, math.max(#left, #right) do
    local limb = (left[at] or 0) + (right[at] or 0) + carry
    carry = limb >= BASE and 1 or 0
    sum[at] = limb - carry * BASE
  end
  if carry > 0 then
    sum[#sum + 1] = carry
  end
  return sum
end

-- The larger size first.
local function difference_of_sizes(larger, smaller)
  local left, borrow = {}, 0
  for at = 1, #larger do
    local limb = larger[at] - (smaller[at] or 0) - borrow
    borrow = limb < 0 and 1 or 0
    left[at] = limb + borrow * BASE
  end
  while left[#left] == 0 do
    left[#left] = nil
  end
  return left
end

local function plus(left, right)
  if left.neg == right.neg then
    local sum = sum_of_sizes(left, right)
    sum.neg = left.neg
    return sum
  end
  local size = compare_size(left, right)
  if size == 0 then
    return { neg = false }
  end
  local larger = size > 0 and left or right
  local rest = difference_of_sizes(larger, size > 0 and right or left)
  rest.neg = larger.neg
  return rest
end

local function negative(number)
  local other = { neg = #number > 0 and not number.neg }
  for at = 1, #number do
    other[at] = number[at]
  end
  return other
end

local function minus(left, right)
  return plus(left, negative(right))
end

local function times(left, right)
  local product = { neg = #left > 0 and #right > 0 and left.neg ~= right.neg }
  for at = 1, #left + #right do
    product[at] = 0
  end
  for i = 1, #left do
    local carry = 0
    for j = 1, #right do
      local limb = product[i + j - 1] + left[i] * right[j] + carry
      carry = math.floor(limb / BASE)
      product[i + j - 1] = limb - carry * BASE
    end
    product[i + #right] = product[i + #right] + carry
  end
  while product[#product] == 0 do
    product[#product] = nil
  end
  return product
end

-- Rounded up; of a number not below zero, by a Lua number of at most 9 digits.
local function divided_up(number, by)
  local quotient, rest = { neg = false }, 0
  for at = #number, 1, -1 do
    local limb = rest * BASE + number[at]
    quotient[at] = math.floor(limb / by)
    rest = limb - quotient[at] * by
  end
  while quotient[#quotient] == 0 do
    quotient[#quotient] = nil
  end
  return rest > 0 and plus(quotient, int('1')) or quotient
end

local ZERO = int('0')
local LARGEST = int('8000000000000000000')

local function less(left, right)
  return compare(left, right) < 0
end

local function lesser(left, right)
  return compare(right, left) < 0 and right or left
end

local function is_positive(number)
  return #number > 0 and not number.neg
end

-- An amount that may be kept: nothing larger enters. To be asked before the first write, since none is taken back.
local function amount(number)
  if compare_size(number, LARGEST) > 0 then
    error({ err = 'BEYOND ' .. text_of(number) })
  end
  return number
end
